"""What the shop floor writes: per cause the names of the part and of the fault, and the small talk around them."""

from __future__ import annotations

# cause: (names of the part, names of the fault, whole phrases of colleagues who write German)
SHOP_FLOOR: dict[str, tuple[str, str, str]] = {
    "BAL": (
        "bal board|balancer pcb|BB-7 pads|cell balance bd|equaliser board|J7 row",
        "cold jt|joint dull after wave|pad not wetted|solder ball no fillet|hairline crack in joint 10x|dewetting",
        "Loetstelle kalt am Balancer|kalte Loetung J7, nachgeloetet",
    ),
    "WLD": (
        "cell tab|nickel strip|busbar tab|P-group tab|tab weld|strip 4S",
        "pull test low {n}N|nugget too small|lifted at edge|spot missing|splash on weld|weld current dip",
        "Schweisspunkt haelt nicht|Abzug unter Grenze Nickelband",
    ),
    "CEL": (
        "21700 cells|cell batch|cell tray|core pack cells|string 3 cells|incoming cells",
        "cap test under {n} mAh|OCV out of group|DCIR high|sorting bin C|self discharge 72h nok|imbalance {n} mV",
        "Zellen Kapazitaet zu klein|Zellcharge streut stark",
    ),
    "SEA": (
        "sealing bead|o-cord|housing seal|case gasket|perimeter bead|lid seal",
        "gap in bead {n} mm|leak test nok {n} Pa|bead broken at corner|rolled out of groove|dispense start blob|"
        "air decay",
        "Dichtraupe unterbrochen|Dichtheit niO Ecke",
    ),
    "LCK": (
        "lock barrel|cylinder|latch cam|keylock|catch plate|barrel insert",
        "cam {n} deg off|binds when turned|pin tumbler stuck|catch not reaching|oversize bore|no end stop",
        "Schliesszylinder klemmt|Riegel greift nicht",
    ),
    "CON": (
        "6p plug|HV plug|comm connector|CAN plug|harness end|female 6p",
        "pin pushed back|terminal not locked|TPA open|pin {n} recessed|contact spread|crimp wing on insulation",
        "Pin zurueckgeschoben Stecker|Kontakt nicht verrastet",
    ),
    "BRG": (
        "rotor brg|6902 bearing|shaft brg B side|main bearing|brg seat|output brg",
        "preload low|noise class {n}|brinell marks|pressed skew|axial play {n}0 um|grease thrown out",
        "Lager schief eingepresst|Lagerspiel zu gross",
    ),
    "GER": (
        "planet gear|sun wheel|POM gear|2nd stage gear|gear set|planet carrier",
        "burr on flank|tooth profile nok|backlash {n} hundredths|runout high|flash at gate|hardness low",
        "Grat an Zahnflanke|Verzahnung niO Sichtpruefung",
    ),
    "TQS": (
        "torque sensor|strain bridge|TS shaft|TS pcb|sensor sleeve|bridge zero",
        "offset {n} mV|cal fail pt 3|zero drifts warm|slope out of limit|cal not stored|hysteresis over limit",
        "Nullpunkt wandert Drehmomentsensor|Kalibrierung abgebrochen",
    ),
    "CRK": (
        "crank spline|axle spline|ISIS end|spindle end|crank seat|axle taper",
        "go gauge stops|undersize {n} um|spline worn tool|press fit loose|thread torn|chatter marks",
        "Lehre geht nicht Kurbelwelle|Verzahnung Achse Untermass",
    ),
    "MAG": (
        "hall pcb|speed pickup|reed holder|spd sensor|hall IC|pickup bracket",
        "air gap {n} tenth|no pulse on dyno|double pulse|bracket bent|polarity swapped|signal weak",
        "Geber kein Impuls|Abstand Hallgeber zu gross",
    ),
    "CAP": (
        "bulk cap C4|elko 105C|C4/C5|prim cap|electrolytic|output cap bank",
        "ESR high|bulged top|vent open after burn in|wrong series fitted|capacitance -{n}%|leads stressed",
        "Elko gewoelbt nach Burn-in|ESR zu hoch C4",
    ),
    "THM": (
        "thermal pad|gap filler|heat spreader|FET pad|TIM sheet|sink interface",
        "not fitted|liner left on|short by {n} mm|hot spot in thermo cam|bubble under FET|torn when placed",
        "Waermeleitpad fehlt|Folie nicht abgezogen",
    ),
    "STR": (
        "strain relief|cable clamp|grommet|cord boot|bend relief|pull relief",
        "overmold short shot|clamp not closed|pull test {n}N slipped|boot turned|cord cut at clamp|wrong durometer",
        "Zugentlastung offen|Tuelle verdreht",
    ),
    "BND": (
        "OCA film|optical bond|cover glass|bond line|LOCA edge|glass lamination",
        "bubbles > {n} mm|edge delam|dust inclusion|cure lamp low|newton rings|misreg {n} tenth",
        "Blasen in Verklebung Glas|Klebung loest am Rand",
    ),
    "BTN": (
        "dome sheet|key membrane|tact dome|plus key|remote keypad|dome array",
        "click force low|dome inverted|bounce {n} ms|contact res {n}00 ohm|adhesive on contact|off centre",
        "Knackfrosch invers|Taster prellt",
    ),
    "FLX": (
        "FPC tail|ZIF J2|flex tail|LCD flat cable|0.5 pitch ZIF|tail stiffener",
        "not fully in|latch open|skew in ZIF|stiffener lifted|tail creased|row {n} open",
        "Folienleiter schraeg|ZIF nicht zu",
    ),
    "LED": (
        "LED slug|lum board|COB|emitter D1|alu core pcb|buck stage",
        "void {n}% xray|flux -{n}%|floating on paste|reflow dip zone 5|D1 tilt|Vf string high",
        "Lunker unter LED|Lichtstrom zu klein",
    ),
    "LNS": (
        "optic clip|reflector|cut-off optic|lens carrier|TIR lens|optic seat",
        "cut-off {n} tenth high|clip not snapped|gonio nok|haze on optic|carrier warped|tilt in seat",
        "Hell-Dunkel-Grenze zu hoch|Linse nicht eingeclipst",
    ),
    "FAB": (
        "600D panel|canopy seam|zip tape|side panel|rain cover hem|seat webbing",
        "skipped stitch|thread tension|seam {n} mm off edge|needle heat|lap too small|PU coat cracked",
        "Naht Fehlstich Verdeck|Nahtzugabe zu klein",
    ),
    "HIT": (
        "ball coupling|arm latch|tow arm catch|spring pin|drawbar head|arm pawl",
        "spring weak {n}N|does not self lock|pawl short|casting flash|wrong spring colour|hardness HRC low",
        "Kupplung rastet nicht|Feder zu weich Deichsel",
    ),
    "LBL": (
        "type plate|DMC code|serial sticker|carton tag|QR tag|approval mark",
        "grade D scanner|printed twice|ribbon crease|serial gap {n}|stuck crooked|wrong variant text",
        "Typenschild schief|Code nicht lesbar",
    ),
    "PNT": (
        "powder coat|upper shell finish|anodised cover|frame tube coat|visible face|side cover",
        "orange peel|scratch {n} mm|run at edge|colour dE {n}|pinholes|touch mark from rack",
        "Kratzer Sichtflaeche|Lack Laeufer",
    ),
    "SCR": (
        "M5x16|cover screws|torx row|driver 2|flange bolts|blue threadlock",
        "angle window nok|no threadlock|cross threaded|{n} of 8 missing|yield alarm|bit worn",
        "Schraube ueberdreht|Drehwinkel niO",
    ),
}

OPENINGS = (
    "lot chk:|WO hold,|EOL rej|per QA:|found at gate -|2x|again!|handover:|first piece nok,|audit:|ncr{n}|"
    "3rd this shift|op{n}0|st.{n}|sample {n}/20|recheck|mrb:|line lead:|acc. plan|seen by setter,"
)
CLOSINGS = (
    "rwk ok|reworked|sorted rest|to mrb|see photo|setter informed|lot on hold|tool chg ordered|100% chk started|"
    "repl. and retest ok|use up acc. QA|supplier told|? 8D|swapped, ok|ok after rwk|waiting for eng|nacharbeit iO|"
    "cause unclear|gesperrt|adj. and released|box {n} only|night shift"
)
VAGUE = (
    "eol fail|func test nok|reject, see sheet|nok|n.i.O.|fails test step {n}|out of spec|visual nok|bad part|"
    "not ok after rework|error at tester|retest fail"
)
# Records that have no cause at all.
NOISE = (
    "line stop {n} min no operator|tester down, restarted|wrong traveller in box|counted again, qty ok|"
    "gauge due for cal|"
    "training new op|material late, waited {n} min|5S audit finding|barcode reader battery empty|doc missing, added|"
    "spilled coffee on bench|air pressure low|Schichtuebergabe ohne Info|parts mixed by logistics|"
    "test entry pls ignore"
)
