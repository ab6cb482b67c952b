"""Words by which returns without trouble are told apart, English and German: patterns between semicolons.

Each stands for whole words, whatever their case. A company that speaks otherwise adds its own here.
"""

from __future__ import annotations

# A finding or reason that says nothing is wrong.
NOTHING_FOUND = r"""
    no (trouble|fault|defect|error|problem|failure|issue)s? (was |were |could be
    )?(found|detected|seen|confirmed); \bn\.?t\.?f\b; \bn\.?f\.?f\b; no trouble; nothing (was )?found; fault not
    (found|confirmed); (can|could) ?not (be )?(reproduce|confirm|verif)\w*; not reproducible;
    (works|worked|tested|test) (is )?(ok|fine); within spec\w*; (?<!not )in (good|working) order; no defects?$;
    functions? (normally|as (designed|intended)); kein(en|e)? (fehler|defekt|mangel|mängel|maengel|befund)\w*;
    ohne (befund|fehler|beanstandung); nicht (reproduzierbar|nachvollziehbar|nachstellbar|feststellbar);
    (?<!n\.)(?<!n\. )i\. ?o\.; o\. ?b\.; (?<!nicht )in ordnung; nichts (gefunden|festgestellt);
    funktioniert einwandfrei; gerät (ist )?ok
"""
# It comes and goes.
INTERMITTENT = r"""
    sometimes; (comes|come|came) and go(es)?; now and then; from time to time; on and off; off and on;
    intermittent\w*; occasional\w*; sporadic\w*; once in a while; random(ly)?; every (so often|few
    (days|hours|minutes)); (on )?some days; works again; again works; then (it )?work(s|ed)( again)?; loose
    (contact|connection); only when (it is )?(cold|warm|hot|wet|shaken); cuts? (in and )?out; unpredictabl\w*;
    not always; different every day; off for a while; manchmal; ab und zu; hin und wieder; gelegentlich;
    zeitweise; sporadisch; zwischendurch; wackel\w*; mal (geht|ja); geht (dann )?wieder; funktioniert (dann
    )?wieder; aussetzer; setzt (immer wieder|manchmal)? ?aus; unregelmäßig|unregelmaessig; nicht immer; von zeit
    zu zeit
"""
# The customer asks how, or handled it wrong.
USE = r"""
    how (do|to|can|does|should); where (do|can|is|are); (do not|don'?t|no
    idea|not sure|unclear) (know )?how; no idea how; instructions?; manual; booklet; set ?up; pair(ing)?;
    password; forgot(ten)?; wrong(ly)? (used|connected|installed|mounted|charger); does it fit; is it
    compatible; which (button|cable|charger|app); (second|spare) key; serial number; drawings; user error;
    misuse\w*; operat(ing|or) error; (i|we|he|she) dropped it;
    wie (geht|kann|stelle|mache|benutze|bekomme|lade|macht); wo (ist|finde|kann); anleitung; handbuch;
    bedien\w*; einstell\w*; passwort; falsch
    (bedient|angeschlossen|montiert|eingebaut|verwendet); weiß nicht|weiss nicht; passt (das|der|die|es);
    seriennummer; koppel\w*; runtergefallen
"""
# It is as it should be, and not as the customer thought.
EXPECTATION = r"""
    expect\w*; disappoint\w*; not (what|as) (i|we|advertised|described|promised|shown); thought (it|that|this);
    promised; advertis\w*; too (heavy|loud|slow|weak|small|big|large|dark|bright|warm); (wrong|other|different)
    colou?r; not (worth|powerful|strong|fast|bright|loud) ?(enough)?; weaker than; less than
    (expected|promised); could be (better|stronger|louder|brighter); looks? cheap; (do not|don'?t|did
    not|didn'?t) like; erwart\w*; enttäuscht|enttaeuscht; versprochen; zu
    (schwer|laut|langsam|schwach|klein|groß|gross|dunkel|hell|warm); gefällt (mir )?nicht|gefaellt (mir )?nicht;
    (falsche|andere) farbe; nicht wie (beschrieben|abgebildet|gedacht); dachte; wirkt billig
"""
# Nobody says that anything is wrong with the product.
NO_FAULT = r"""
    changed (my|our|his|her|their) minds?; changed mind; order(ed)? (the )?(wrong|twice|too many); double order;
    duplicate order; wrong (item|one|size|model|order); cancel\w*; unsold; sample (back|return); no longer
    (need\w*|want\w*); (do not|don'?t|did not) (need|want); cheaper; overstock\w*; found (it|one)
    (cheaper|elsewhere); as agreed; already (has|have|had) one; \bgift\b; storn\w*; widerruf\w*; falsch
    bestellt; doppelt bestellt; falsche(r|s|n)? (artikel|größe|groesse); nicht mehr
    (benötigt|benoetigt|gebraucht|gewollt); günstiger|guenstiger; muster(rückgabe| zurück); unverkauft\w*;
    geschenk; zu viel bestellt; invoice; vat (number|id); (change|update) (my|our) address; test
    (ride|unit|order); (carton|parcel|packag\w+|box) (was )?(torn|smashed|soaked|crushed|open|damaged|wet); in
    the post; courier; in (transit|transport); rechnung; adresse; (paket|karton) (war )?(nass|offen);
    transportschaden
"""
