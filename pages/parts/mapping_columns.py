"""Where each column of a file goes: the table, the proposal with its reason, and the person's word."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from kb.importing import mapping, templates
from kb.importing.mapping import FileMapping
from kb.importing.proposing import Guess, Proposal, Sample, goals, propose
from pages.ui.door import View
from pages.ui.plain import plain

A_ROW = 3
MOST_PROPOSALS = 60  # held by one session; all are dropped when there are more
CUT = 28
MOST_CARDS = 60


def section(view: View, sample: Sample, before: FileMapping | None) -> tuple[str, dict[str, str]]:
    """The table chosen, and header -> goal of every column that is not left out."""
    table = _table(view, sample, before)
    proposal = _proposal(view, sample, table)
    start = before.goals if before and before.table == table else proposal.goals
    asked = [g for g in proposal.guesses if g.asks and g.header not in (before.goals if before else {})]
    placed = [g for g in proposal.guesses if g.header in start and g not in asked]
    rest = [g for g in proposal.guesses if g not in asked and g not in placed]
    chosen: dict[str, str] = {}
    if asked:
        st.markdown(f"**Please decide: {len(asked)}**")
        st.caption("Not sure enough to propose. They are left out until you choose.")
        chosen |= _cards(sample, table, asked, start)
    if placed:
        st.markdown(f"**{'Proposed' if before is None else 'Mapped'}: {len(placed)} of {len(sample.headers)} columns**")
        chosen |= _cards(sample, table, placed, start)
    if rest:
        with st.expander(f"Left out: {len(rest)}", expanded=not placed and not asked):
            chosen |= _found(sample, table, rest, start)
    return table, {header: chosen[header] for header in sample.headers if chosen.get(header)}


def proposed(view: View, sample: Sample) -> FileMapping:
    """The mapping as it is proposed, before anybody looked at it."""
    proposal = _proposal(view, sample, None)
    return FileMapping(mapping.pattern_for(sample.path.name), proposal.table, proposal.goals)


def _table(view: View, sample: Sample, before: FileMapping | None) -> str:
    ranking = [name for name, _ in _proposal(view, sample, None).ranking]
    start = ranking.index(before.table) if before else 0
    table = st.selectbox(
        "One row of this file is one of our", ranking, start, format_func=_words, key=f"map-table-{sample.place}",
        persist_state="session", help="The likeliest table stands first.",
    )  # fmt: skip
    if before is None and table == ranking[0]:
        st.caption("Proposed from the names of the file and its columns, and from what the cells hold.")
    return str(table)


def _proposal(view: View, sample: Sample, table: str | None) -> Proposal:
    """Made once for each file, table and state of the base."""
    place = (str(sample.path), id(sample), table, view.revision)
    kept: dict[object, Proposal] = st.session_state.setdefault("mapping-proposals", {})
    if place not in kept:
        if len(kept) >= MOST_PROPOSALS:
            kept.clear()
        kept[place] = propose(sample, view.base, view.who, table)
    return kept[place]


def _found(sample: Sample, table: str, rest: list[Guess], start: Mapping[str, str]) -> dict[str, str]:
    """The columns left out; of very many those that the person looks for, the others as they were left."""
    if len(rest) <= MOST_CARDS:
        return _cards(sample, table, rest, start)
    wanted = st.text_input("Find a column by its name", key=f"map-find-{sample.place}", persist_state="session") or ""
    hits = [guess for guess in rest if wanted.lower() in guess.header.lower()]
    if len(hits) > MOST_CARDS:
        st.caption(f"{len(hits):,} columns, the first {MOST_CARDS} of them shown.")
    kept = {g.header: st.session_state.get(_key(sample, table, g.header), start.get(g.header, "")) for g in rest}
    return kept | _cards(sample, table, hits[:MOST_CARDS], start)


def _key(sample: Sample, table: str, header: str) -> str:
    return f"map-{sample.place}-{table}-{sample.headers.index(header)}"


def _cards(sample: Sample, table: str, guesses: list[Guess], start: Mapping[str, str]) -> dict[str, str]:
    options = ["", *(goal.name for goal in goals(table))]
    needed = templates.needed(table)
    grid = st.grid(A_ROW, min_column_width=280)
    found = {}
    for guess in guesses:
        with grid, st.container(border=True):
            found[guess.header] = _card(sample, table, guess, start.get(guess.header, ""), options, needed)
    return found


def _card(
    sample: Sample, table: str, guess: Guess, goal: str, options: list[str], needed: frozenset[str]
) -> str:  # fmt: skip
    shown = sample.profiles[guess.header].examples
    number = sample.headers.index(guess.header)
    st.markdown(f"**{plain(guess.header)}**")
    st.caption(plain(", ".join(_cut(text) for text in shown)) if shown else "empty in the rows looked at")
    ranked = [*dict.fromkeys(["", goal, *guess.others, *options])] if guess.asks else options
    chosen = st.selectbox(
        f"Column {number + 1} goes to", ranked, ranked.index(goal) if goal in ranked else 0,
        format_func=lambda name: _goal(name, needed), key=_key(sample, table, guess.header),
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    st.caption(plain(f"{_how_sure(guess)}{guess.reason}"))
    return str(chosen)


def _how_sure(guess: Guess) -> str:
    if not guess.goal:
        return ""
    return "Almost certain: " if guess.confidence >= 0.9 else "Likely: " if guess.confidence >= 0.7 else "Perhaps: "


def _goal(name: str, needed: frozenset[str]) -> str:
    if not name:
        return "leave out"
    table, _, header = name.rpartition(".")
    told = f"{_words(header)} of {_words(table)}" if table else _words(header)
    return f"{told} (needed)" if name in needed else told


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[: CUT - 1]}…"
