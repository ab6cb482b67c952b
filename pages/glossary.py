"""What every figure means: the same text as its tooltip."""

from __future__ import annotations

from pages.parts import meanings
from pages.ui import door, page

view = door.view()
page.header(view, "Glossary")
found = meanings.search()
if not found:
    page.nothing("No figure fits these words. Clear the search to see all of them.")
for metric in found:
    meanings.entry(view, metric)
