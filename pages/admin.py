"""Who works here, and who changed what."""

from __future__ import annotations

from pages.parts import chronicle, staff
from pages.ui import door, page

view = door.view()
page.header(view, "People and record")
staff.people(view)
chronicle.record(view)
