"""People, their departments and roles."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kb import access, editing, views
from kb.access import DEPARTMENTS, PERMISSIONS, Person
from kb.errors import Refused
from pages.ui import show
from pages.ui.door import View
from pages.ui.plain import plain


def people(view: View) -> None:
    """Everybody, and for administrators the form to change one."""
    st.subheader("People", anchor=False)
    everybody = access.people(view.base, view.who)
    if not everybody:
        st.info("Nobody has introduced themselves yet.")
        return
    rows = [{"name": one.name, "departments": ", ".join(one.departments), "role": one.role} for one in everybody]
    show.table(pd.DataFrame(rows), "People with their departments and roles")
    if view.who.may("administer"):
        _change(view, everybody)


def _change(view: View, everybody: list[Person]) -> None:
    users = views.table(view.base, view.who, "users")
    versions = dict(zip(users["user_id"], users["version"], strict=True))
    with st.expander("Change a person"):
        one = st.selectbox("Person", everybody, format_func=lambda person: person.name, key="person")
        with st.form(f"person-{one.user_id}", border=False):
            departments = st.multiselect("Departments", DEPARTMENTS, list(one.departments))
            role = st.selectbox("Role", list(PERMISSIONS), list(PERMISSIONS).index(one.role))
            active = st.checkbox("Works here", value=True)
            if st.form_submit_button("Save"):
                _save(view, one, int(versions[one.user_id]), departments, role, active)


def _save(view: View, one: Person, seen: int, departments: list[str], role: str, active: bool) -> None:
    try:
        editing.change_user(
            view.base, view.who, int(one.user_id or 0), seen, role=role, departments=departments, is_active=active
        )
    except Refused as refused:
        st.error(plain(refused))
        return
    st.toast("The person is changed.")
    st.rerun()
