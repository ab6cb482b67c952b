"""How the cells are written, where it matters: days, decimal mark, yes and no, zone, and what is missing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

import streamlit as st

from kb.importing import mapping, templates
from kb.importing.columns import CANDIDATE_DATES, readable
from kb.importing.fields import target
from kb.importing.mapping import Draft, FileMapping, kind_of
from kb.importing.proposing import Profile, Sample, formats
from pages.ui.plain import plain

POINT, COMMA = "a point: 1,234.56", "a comma: 1.234,56"
MARKS = {POINT: ".", COMMA: ","}


def section(
    sample: Sample, table: str, goals: dict[str, str], before: FileMapping | None
) -> tuple[FileMapping, list[str]]:  # fmt: skip
    """The formats, fixed values and parents to make, on top of the columns chosen; and what only the person can say."""
    start = before if before and before.table == table else None
    pattern = start.pattern if start else mapping.pattern_for(sample.path.name)
    bare = FileMapping(pattern, table, goals)
    st.markdown("**How the cells are written**")
    days = _days(sample, bare, start)
    mark = _mark(sample, bare, start)
    yes, no = _flags(sample, bare, start)
    content_key, constants = _missing(sample, bare, start)
    file = FileMapping(
        pattern, table, goals, constants, days, yes, no, _negative(sample, bare, start),
        _create(sample, bare, start), mark, content_key,
    )  # fmt: skip
    return file, _open(sample, file)


def _open(sample: Sample, file: FileMapping) -> list[str]:
    """What can be read in two ways and was not answered yet."""
    dated = [(header, goal) for header, goal in _of_kind(file, "date", "time") if goal not in file.days]
    asked = [f"how days in {header} are written" for header, _ in dated if len(sample.profiles[header].day_forms) > 1]
    numbers = [sample.profiles[header] for header, _ in _of_kind(file, "number", "integer")]
    marks = ["what the decimal mark is"] if file.decimal is None and formats.decimal(numbers).asks else []
    return asked + marks


def _of_kind(bare: FileMapping, *kinds: str) -> list[tuple[str, str]]:
    """(header, goal) of the columns whose cells must be of these kinds."""
    return [(header, goal) for header, goal in bare.goals.items() if kind_of(bare.table, goal) in kinds]


def _days(sample: Sample, bare: FileMapping, start: FileMapping | None) -> dict[str, str]:
    found, told = {}, []
    for header, goal in _of_kind(bare, "date", "time"):
        forms = sample.profiles[header].day_forms
        if goal in found:
            continue
        if len(forms) == 1:
            found[goal] = forms[0]
            told.append(f"{header}: {readable(forms[0])}")
        elif chosen := _asked_day(sample, header, goal, forms, start):
            found[goal] = chosen
    if told:
        st.caption(plain(f"Days found as {'; '.join(told)}."))
    return found


def _asked_day(
    sample: Sample, header: str, goal: str, forms: tuple[str, ...], start: FileMapping | None
) -> str | None:  # fmt: skip
    """The person's word on a column whose days can be read in two ways, or in none that is known."""
    options = list(forms or CANDIDATE_DATES)
    before = start.days.get(goal) if start else None
    text = next(iter(sample.profiles[header].told), "")
    return st.selectbox(
        plain(f"Days in {header} are written"), options, options.index(before) if before in options else None,
        format_func=lambda form: _reading(form, text), key=f"map-day-{sample.place}-{bare_key(goal)}",
        placeholder="Choose: both are possible" if forms else "Choose: none fits most cells", persist_state="session",
    )  # fmt: skip


def bare_key(goal: str) -> str:
    return goal.replace(".", "-")


def _reading(form: str, text: str) -> str:
    try:
        return f"{readable(form)}: {text} is {datetime.strptime(text[:10], form):%-d %B %Y}"
    except ValueError:
        return readable(form)


def _mark(sample: Sample, bare: FileMapping, start: FileMapping | None) -> str | None:
    columns = [sample.profiles[header] for header, _ in _of_kind(bare, "number", "integer")]
    found = formats.decimal(columns)
    if found.mark:
        st.caption(f"The decimal mark was found: {'a comma' if found.mark == ',' else 'a point'}.")
        return found.mark
    if not found.asks:
        return start.decimal if start else None
    options = list(MARKS)
    before = next((i for i, mark in enumerate(MARKS.values()) if start and mark == start.decimal), None)
    chosen = st.selectbox(
        plain(_two_ways(columns)), options, before, key=f"map-mark-{sample.place}",
        placeholder="Choose: both are possible", persist_state="session",
    )  # fmt: skip
    return MARKS[chosen] if chosen else None


def _two_ways(columns: list[Profile]) -> str:
    for column in columns:
        if both := formats.two_numbers(column):
            return f"The decimal mark is ({column.header} {both[0]} is {both[1]:,} or {both[2]:,})"
    return "The decimal mark is"


def _flags(
    sample: Sample, bare: FileMapping, start: FileMapping | None
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:  # fmt: skip
    yes, no = {}, {}
    for header, goal in _of_kind(bare, "boolean"):
        known = formats.flags(sample.profiles[header])
        words = [*known.yes, *known.no, *known.unknown]
        named = plain(header)
        before = start.yes.get(goal, known.yes) if start else known.yes
        key = f"map-yes-{sample.place}-{bare_key(goal)}"
        chosen = st.multiselect(
            f"In {named}, yes is", words, [w for w in before if w in words], key=key, persist_state="session"
        )
        yes[goal] = tuple(chosen)
        no[goal] = tuple(word for word in words if word not in chosen)
        if no[goal]:
            st.caption(plain(f"No is {', '.join(no[goal])}."))
    return yes, no


def _negative(sample: Sample, bare: FileMapping, start: FileMapping | None) -> tuple[str, ...]:
    """The columns with negative numbers in which the person lets them in; elsewhere such rows are refused."""
    shown = [
        goal for header, goal in _of_kind(bare, "number")
        if sample.profiles[header].negative_share and not mapping.may_be_negative(bare.table, goal) and "." not in goal
    ]  # fmt: skip
    before = [goal for goal in (start.negative if start else ()) if goal not in shown]
    if not shown:
        return tuple(before)
    chosen = st.multiselect(
        "Negative numbers are right in", shown, [goal for goal in (start.negative if start else ()) if goal in shown],
        format_func=lambda goal: goal.replace("_", " "), key=f"map-negative-{sample.place}-{bare.table}",
        placeholder="Refuse such rows", persist_state="session",
    )  # fmt: skip
    return (*before, *chosen)


def _missing(sample: Sample, bare: FileMapping, start: FileMapping | None) -> tuple[bool, dict[str, str]]:
    """What every row needs and no column gives: a number from the content, or one value for all rows."""
    gone = mapping.missing(bare)
    if not gone:
        return False, {}
    st.markdown("**Needed and not there yet**")
    own = target(bare.table).key
    by_content = mapping.may_use_content(bare.table) and own[0] in gone
    content_key = by_content and st.checkbox(
        f"The rows have no {own[0].replace('_', ' ')}: give each one from its content", True,
        key=f"map-content-{sample.place}-{bare.table}", persist_state="session",
        help="The same row imported again is known again; a row that is corrected in the file counts as a new one.",
    )  # fmt: skip
    constants = {}
    for header in [header for header in gone if not (by_content and header == own[0])]:
        told, example = templates.explained(bare.table, header)
        value = st.text_input(
            f"{header.replace('_', ' ')}: choose a column above, or one value for all rows",
            start.constants.get(header, "") if start else "", placeholder=f"{told}, like {example}",
            key=f"map-constant-{sample.place}-{bare.table}-{header}", persist_state="session",
        )  # fmt: skip
        if value and value.strip():
            constants[header] = value.strip()
    return bool(content_key), constants


def _create(sample: Sample, bare: FileMapping, start: FileMapping | None) -> tuple[str, ...]:
    """Parents to make where a row names one that is not there."""
    parents = [
        reference.table for reference in target(bare.table).references
        if len(reference.headers) == 1 and reference.headers[0] in bare.given and reference.table != "users"
    ]  # fmt: skip
    parents += ["customers"] if bare.table == "order_lines" and "customer_number" in bare.given else []
    told = {goal.partition(".")[0] for goal in bare.given if "." in goal}
    options = [name for name in dict.fromkeys(parents) if name not in told]
    if not options:
        return ()
    chosen = st.multiselect(
        "Make these when a row names one that is not there yet", options,
        [name for name in (start.create if start else ()) if name in options],
        format_func=lambda name: name.replace("_", " "), key=f"map-create-{sample.place}-{bare.table}",
        placeholder="Refuse such rows", persist_state="session",
        help="They are made with nothing but their number. Otherwise such rows are refused with the reason.",
    )  # fmt: skip
    return tuple(chosen)


def whole(files: tuple[FileMapping, ...], start: Draft | None) -> tuple[str, str]:
    """What holds for the whole preset: the zone of times, where there are any, and the currency of money."""
    zone = start.time_zone if start else "UTC"
    currency = start.currency if start else ""
    if any("time" in file.kinds.values() for file in files):
        zones = sorted(available_timezones())
        usual = zone if start else st.context.timezone or zone
        zone = st.selectbox(
            "Times are in the zone", zones, zones.index(usual) if usual in zones else None, key="map-zone",
            persist_state="session", help="Where the clocks stand that wrote these times. Kept in UTC.",
        ) or "UTC"  # fmt: skip
    if any(goal in ("amount", "cost", "credit", "unit_cost", "unit_price") for file in files for goal in file.given):
        currency = st.text_input(
            "Currency of money", currency, max_chars=3, key="map-currency", placeholder="that of the base, like EUR",
            persist_state="session",
        ) or ""  # fmt: skip
    return zone, currency.strip().upper()
