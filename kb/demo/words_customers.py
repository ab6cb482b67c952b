"""What customers say: per cause the symptoms in their own words, and the small talk around them."""

from __future__ import annotations

# cause: (symptoms, whole phrases of customers who write German)
CUSTOMERS: dict[str, tuple[str, str]] = {
    "BAL": (
        "does not keep its charge|full in the evening and flat at breakfast|"
        "loses bars while the bike just stands there|"
        "charge is gone after one night|drops from four bars to none|needs charging again although nobody rode it|"
        "empties itself in the garage|says 100% and ten minutes later it is at 20|never stays full",
        "Akku ist ueber Nacht leer|haelt die Ladung nicht",
    ),
    "WLD": (
        "shuts off on cobblestones|everything goes dark when I hit a kerb|power is gone on every bump|"
        "cuts out on forest tracks|works on smooth roads only|dies when the road gets rough|"
        "switches itself off when shaken|goes out over tram rails|restart needed after each pothole",
        "geht bei Kopfsteinpflaster aus|bei jedem Schlagloch Strom weg",
    ),
    "CEL": (
        "range is half of what you promise|barely {n}0 km and then empty|gets weaker every month|"
        "used to do my commute twice, now not even once|does not make it home|only {n}0 km in eco mode|"
        "distance keeps shrinking|far fewer kilometres than the old one|empty long before the tour ends",
        "Reichweite viel zu gering|schafft nur noch {n}0 km",
    ),
    "SEA": (
        "fogged up inside|drops of water behind the window|stopped after I washed the bike|mist inside after rain|"
        "not rainproof at all|went dead in a shower|moisture everywhere in there|rust coloured water ran out|"
        "cannot stand a wet day",
        "innen beschlagen nach Regen|Wasser eingedrungen",
    ),
    "LCK": (
        "key turns round and round|cannot get it off the frame any more|rattles in its holder|key is stuck|"
        "fell out while riding|have to hit it so that it sits|does not click in|sits loose and knocks|"
        "anyone can pull it out without a key",
        "Schluessel dreht durch|wackelt im Rahmen",
    ),
    "CON": (
        "error {n}03 comes and goes|have to unplug and plug in again|no contact on some days|"
        "fault message when turning the bars|"
        "only wakes up when I wiggle the cable|random error codes|dead until I push the plug in hard|"
        "message says no communication|stops with a code then works again",
        "staendig Fehlermeldung {n}03|Wackelkontakt am Kabel",
    ),
    "BRG": (
        "grinding noise under load|howls like a washing machine|whines at every speed|sounds like a coffee grinder|"
        "humming that goes through the frame|louder every week|rumbling in my feet|my neighbours hear me coming|"
        "squeals when it is cold",
        "mahlendes Geraeusch beim Treten|heult sehr laut",
    ),
    "GER": (
        "jerks when I start|clunks at the traffic light|knocks when I stop pedalling|slips under full power|"
        "bangs once per turn|ticking when going uphill|skips like a worn chain|hard knock between support levels|"
        "crunches on steep climbs",
        "ruckt beim Anfahren|knackt laut am Berg",
    ),
    "TQS": (
        "support comes far too late|pulls away although I do not pedal|help is weak on one side|surges and fades|"
        "no push uphill|pushes on when I stop|different strength every day|feels like riding against rubber|"
        "must pedal like mad before anything happens",
        "Unterstuetzung kommt zu spaet|schiebt von allein",
    ),
    "CRK": (
        "pedal arm came loose|creaks with every turn|arm wobbles although I tightened it|"
        "lost the left pedal arm on tour|"
        "play in the pedals|shop tightens it weekly|pedals are not straight any more|bolt works itself out|"
        "arm slides off",
        "Kurbel lockert sich|Tretkurbel hat Spiel",
    ),
    "MAG": (
        "speed reads zero|shows 60 km/h when I push it|kilometres are not counted|stops helping at 12 km/h|"
        "tacho jumps about|no speed shown for half the ride|trip distance is nonsense|thinks I stand still|"
        "limiter comes in far too early",
        "zeigt keine Geschwindigkeit|Tacho springt",
    ),
    "CAP": (
        "no lamp lights up when I plug it in|hums and does nothing|gave up after {n} weeks|blinks red and quits|"
        "makes a ticking sound|takes twice as long as before|loud pop then silence|dead as a stone|"
        "trips the fuse in my garage",
        "Ladegeraet tot|brummt nur noch",
    ),
    "THM": (
        "gets so hot I cannot touch it|smells of burnt plastic|left a brown mark on my shelf|"
        "pauses all the time because it is hot|"
        "too warm for comfort|casing went soft|afraid to leave it alone at night|hot like an iron|"
        "stops midway until it has cooled",
        "wird viel zu heiss|riecht verschmort",
    ),
    "STR": (
        "wire shows at the plug|cord broke right where it goes in|have to bend the lead to make it work|"
        "insulation slid back|lead came out|bare copper visible|cord is loose in the case|"
        "works only at one angle|lead frayed within weeks",
        "Kabel am Stecker gebrochen|Ader liegt blank",
    ),
    "BND": (
        "dark patches spreading|cannot read it in the sun|rainbow stain in the middle|spots under the glass|"
        "white border growing from the edge|looks milky|glass is coming off|half of the picture is blotchy|"
        "like oil between the layers",
        "Flecken unter dem Glas|bei Sonne nicht lesbar",
    ),
    "BTN": (
        "have to press plus five times|minus does nothing|light key is stuck|pushes feel mushy|"
        "jumps two levels at once|no reaction with gloves or without|need my thumbnail to switch|"
        "power key sinks in|does not take the first press",
        "Plus muss man fuenfmal druecken|Taste reagiert nicht",
    ),
    "FLX": (
        "screen goes blank|lines across the picture|flickers on rough roads|upside half is missing|"
        "white screen of death|numbers cut off|picture comes back if I knock on it|stripes in the morning|"
        "black from one second to the next",
        "Bild faellt aus|Streifen im Bild",
    ),
    "LED": (
        "gets dim after ten minutes|flashes like a disco|so dark I ride blind|lights up for a second and goes out|"
        "weaker than my old dynamo lamp|pulses|one half is dark|colour turned blue|"
        "just glows",
        "wird nach kurzer Zeit dunkel|flackert staendig",
    ),
    "LNS": (
        "shines into the trees|dazzles oncoming people|cars flash at me|beam points sideways|"
        "road in front stays black|bright spot far too high|pattern is crooked|got shouted at for blinding others|"
        "cannot be set any lower",
        "blendet den Gegenverkehr|leuchtet in die Baeume",
    ),
    "FAB": (
        "ripped at the zipper|cover tears along the edge|seam opened with my kid inside|belt came out of the cloth|"
        "zip pulls out|stitches undone|threads hanging everywhere|roof came apart in the wind|"
        "cloth split after one season",
        "Naht am Verdeck aufgegangen|Stoff reisst am Reissverschluss",
    ),
    "HIT": (
        "came off the bike in a bend|does not lock on properly|pops open by itself|too much play behind the bike|"
        "only the safety strap held it|opened on a ramp|clicks but lets go|trailer suddenly rolled on its own|"
        "I do not trust it with my children",
        "hat sich waehrend der Fahrt geloest|rastet am Rad nicht ein",
    ),
    "APP": (
        "phone does not find it|update hangs at {n}0%|app logs me out|bluetooth drops every minute|"
        "account cannot be created|needs a new password each day|update failed and now it asks for a dealer|"
        "map never loads|pairing takes an hour",
        "App verbindet nicht|Update bricht ab",
    ),
    "MAN": (
        "the booklet makes no sense|bag with bolts missing|no idea how to mount it|drawings are too tiny|"
        "instructions for another model|adapter was not in the carton|only in a language I do not speak|"
        "one bracket too few|video link is dead",
        "Anleitung unverstaendlich|Schrauben fehlen im Karton",
    ),
    "PKG": (
        "carton was torn open|arrived dented|corner smashed in the post|parcel soaked|came in a used box|"
        "foam was broken in pieces|driver threw it over the fence|scuffed on arrival|"
        "box open and taped up again",
        "Karton kam zerdrueckt an|Transportschaden",
    ),
}

# What it is about, as customers see it; many put it first or last.
TOPICS: dict[str, str] = {
    "BAL": "charge|charge level|overnight loss",
    "WLD": "bumps|rough roads|power cut",
    "CEL": "range|distance|kilometres",
    "SEA": "water inside|moisture|rain",
    "LCK": "key|lock|holder",
    "CON": "error code|fault message|loose contact",
    "BRG": "noise|grinding|howling",
    "GER": "jerking|clunking|knocking",
    "TQS": "support|assist delay|push",
    "CRK": "pedal arm|crank arm|pedals",
    "MAG": "speed|speed display|trip distance",
    "CAP": "no charging lamp|charging|ticking",
    "THM": "heat|too hot|smell",
    "STR": "lead|broken lead|cord",
    "BND": "patches|stains under the glass|milky glass",
    "BTN": "keys|plus key|pushing",
    "FLX": "picture|blank screen|stripes",
    "LED": "dim|brightness|flashing",
    "LNS": "beam|dazzling|beam too high",
    "FAB": "cover|seam|cloth",
    "HIT": "coupling to the bike|came off|not locking on",
    "APP": "app|phone|bluetooth",
    "MAN": "instructions|missing parts|mounting",
    "PKG": "parcel|transport|carton",
}

GREETINGS = (
    "Hello,|Hi,|Dear team,|Good morning,|To whom it may concern:|Hallo,|my customer says:|end customer reports:|"
    "ticket from the shop:|Sorry to bother you,|second time I write:|URGENT|as told on the phone:|Dealer note:"
)
MOMENTS = (
    "after {n} weeks|since the holidays|right from the start|only {n} months old|after the first service|"
    "when it is cold|"
    "in the morning|every single time|again|since Monday|on long rides|now and then|after {n}00 km|"
    "bought last spring|"
    "since last week"
)
ASKS = (
    "Please replace.|I want my money back.|Please advise.|What can I do?|Need it before the weekend.|"
    "Very disappointed.|"
    "Otherwise I like it.|Please send a new one.|Who pays the shipping?|Bitte um Rueckmeldung.|Thanks|"
    "Kind regards, M.|"
    "Is this covered by warranty?|My customer is waiting.|Never again.|I expected more.|Photo attached.|see pictures"
)
VAGUE = (
    "does not work|broken|defective|stopped working|faulty, please exchange|no function|something is wrong with it|"
    "not what I expected|kaputt|geht nicht|problem with the product|not usable|went wrong|bad quality"
)
# Records that have no cause at all.
NOISE = (
    "ordered the wrong one|changed my mind|found it cheaper elsewhere|can I have the invoice again?|"
    "need a second key|"
    "wrong colour|please change my address|double order|gift was not wanted|where do I find the serial number?|"
    "when will the new model come?|customer cancelled the bike|too heavy for my wife|does it fit a 2019 frame?|"
    "falsch bestellt|sample back|unsold stock, as agreed|please update our VAT number|test ride only"
)
PRAISE = (
    "very quiet and strong|best {thing} we ever had|our riders love the {thing}|great support by your team|"
    "still like new after {n}000 km|delivery was quick and complete|easy to fit in ten minutes|"
    "looks good on every frame|sells itself|good value|reliable, no returns this season|fair exchange, no questions|"
    "bright and solid|smooth on hills|children fall asleep in it|top, gerne wieder|sehr zufrieden|"
    "training day was excellent|the {thing} saved our season|simple and tough"
)
LUKEWARM = (
    "ok but pricey|does what it should|delivery could be faster|fine so far|hard to reach your hotline|"
    "good product, poor papers|would like longer warranty|average|nothing special|geht so|too many variants"
)
# theme: what is asked for
WISHES: dict[str, str] = {
    "van": "charging from the 12 V socket of a camper van|a 12 V charger for van tours|"
    "something to charge in the motorhome without an inverter|plug it into the cigarette lighter while driving|"
    "our campers ask daily for a car charger|Laden am 12-V-Netz im Wohnmobil|"
    "we lose rental fleets because it cannot be charged in the bus|a charger for vans, competitor has one",
    "colour": "the case in matt black|silver instead of grey|a white version for city bikes",
    "range": "a bigger pack for tours|800 Wh or more|a second battery in parallel",
    "light": "a brake light function|high beam with a thumb switch|side visibility for trailers",
    "display": "navigation on the screen|bigger digits|a mount for a phone instead of a screen",
    "trailer": "a dog insert|suspension for the two-seater|folding in one step",
    "papers": "data sheets in Polish|weight on the type plate|CAD model of the housing",
    "packing": "less foam in the carton|pallets of 40|boxes without plastic",
}
