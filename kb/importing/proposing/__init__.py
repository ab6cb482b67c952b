"""What a file nobody described might be: its table, the column of ours for each of its columns, and its formats.

Names (in eight languages, abbreviated, or field codes) and cells are judged together; what is not sure is left out
and asked. Plain scores and an exact one-to-one assignment: nothing is learned, nothing leaves the computer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.access import Person
from kb.importing import templates
from kb.importing.proposing import knowing, relations
from kb.importing.proposing.assigning import best
from kb.importing.proposing.headers import language_of, shared_prefix
from kb.importing.proposing.phrases import Goal, beside, called, goals, kind, tables
from kb.importing.proposing.profile import Profile, profile
from kb.importing.proposing.sample import Sample, default_sheet, take
from kb.importing.proposing.scoring import Spoken, because, confidence, spoken, suits
from kb.store import KnowledgeBase

__all__ = [
    "Goal",
    "Guess",
    "Profile",
    "Proposal",
    "Sample",
    "beside",
    "default_sheet",
    "goals",
    "kind",
    "profile",
    "propose",
    "tables",
    "take",
]

SURE = 0.5  # below it a column is left out and asked
WORTH_ASKING = 0.3
NAMED = 0.75  # how plainly a header must speak to be asked about though its cells do not fit
PLAIN = 0.65  # how plainly a header must speak of another table's column
Known = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Guess:
    """Where one column of the file belongs: `goal` is our column, "customers.name" another table's, "" none.

    `others` are further goals it could be, the likeliest first; `asks` says that a person should decide.
    """

    header: str
    goal: str
    confidence: float
    reason: str
    others: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True)
class Proposal:
    """The likeliest table, all tables with their merit (the best first), and a guess for each column of the file."""

    table: str
    ranking: tuple[tuple[str, float], ...]
    guesses: tuple[Guess, ...]

    @property
    def goals(self) -> dict[str, str]:
        """Header -> goal, of the columns that are not left out."""
        return {guess.header: guess.goal for guess in self.guesses if guess.goal}


def propose(sample: Sample, base: KnowledgeBase, who: Person, table: str | None = None) -> Proposal:
    """The proposal for a file; with `table` for that table, else for the likeliest.

    Raises Refused for a person who may not read the base, whose keys are compared with the cells.
    """
    profiles = list(sample.profiles.values())
    known = knowing.shares(base, who, profiles)
    found = weigh(f"{sample.path.stem} {sample.found.sheet}", profiles, known, table)
    return replace(found, guesses=relations.checked(found.table, found.guesses, sample))


def weigh(called_as: str, profiles: list[Profile], known: Known, table: str | None = None) -> Proposal:
    """The proposal from the file's name, its columns, and the share of cells known as keys of a table."""
    prefix = shared_prefix([p.header for p in profiles])
    merits = {name: _merits(name, profiles, known, prefix) for name in ([table] if table else tables())}
    given = {name: _given(rows) for name, rows in merits.items()}
    worth = {name: _worth(name, merits[name], given[name], called_as) for name in merits}
    chosen = max(worth, key=lambda name: worth[name])
    guesses = _guesses(chosen, profiles, known, prefix, merits[chosen], given[chosen])
    ranking = tuple(sorted(worth.items(), key=lambda pair: -pair[1]))
    return Proposal(chosen, ranking, relations.with_clock(chosen, guesses, {p.header: p for p in profiles}))


def _given(merits: list[list[float]]) -> list[int | None]:
    """The column that each goal gets; those nobody would even ask about take no part."""
    spoken_for = [c for c in range(len(merits[0])) if any(row[c] >= WORTH_ASKING for row in merits)] if merits else []
    given = best([[row[c] for c in spoken_for] for row in merits])
    return [None if place is None else spoken_for[place] for place in given]


def _merits(table: str, profiles: list[Profile], known: Known, prefix: str | None) -> list[list[float]]:
    """For each goal of the table (row) how sure each column (place) is to be meant."""
    return [[_merit(goal, p, known, prefix) for p in profiles] for goal in goals(table)]


def _merit(goal: Goal, p: Profile, known: Known, prefix: str | None) -> float:
    name = _spoken(goal, p, prefix).merit
    share = known.get((p.header, goal.parent), 0.0) if goal.parent else 0.0
    if not name and not share or "." in goal.name and name < PLAIN:
        return 0.0
    found = confidence(name, suits(p, goal.kind, goal.role), share, goal.kind)
    return found * (0.9 if "." in goal.name else 1.0)


def _spoken(goal: Goal, p: Profile, prefix: str | None) -> Spoken:
    return spoken(p.header, goal.phrases, prefix, is_label=goal.role == "word" and goal.kind == "text")


def _worth(table: str, merits: list[list[float]], given: list[int | None], called_as: str) -> float:
    """How well the file suits the table: what its columns give, its key above all, less what is needed and missing."""
    worth, missing = 0.0, set(templates.needed(table))
    for goal, row, column in zip(goals(table), merits, given, strict=True):
        sure = row[column] if column is not None else 0.0
        if sure >= SURE:
            missing.discard(goal.name)
            worth += sure * (0.4 if "." in goal.name else 2.0 if goal.role == "key" else 1.0)
    return worth - 0.5 * len(missing) + 1.2 * spoken(called_as, called(table), None).merit


def _guesses(
    table: str, profiles: list[Profile], known: Known, prefix: str | None, merits: list[list[float]],
    given: list[int | None],
) -> tuple[Guess, ...]:  # fmt: skip
    language = language_of([p.header for p in profiles], prefix)
    row_of = {column: row for row, column in enumerate(given) if column is not None}

    def told(p: Profile, goal: Goal) -> str:
        share = known.get((p.header, goal.parent), 0.0) if goal.parent else 0.0
        return because(_spoken(goal, p, prefix), p, goal.kind, share, language, goal.parent)

    found = []
    for column, p in enumerate(profiles):
        ranked = sorted(range(len(merits)), key=lambda row: -merits[row][column])
        row = row_of.get(column, ranked[0])
        goal, sure = goals(table)[row], merits[row][column]
        others = tuple(goals(table)[r].name for r in ranked[:4] if r != row and merits[r][column] >= WORTH_ASKING)
        guess = Guess(p.header, goal.name if column in row_of and sure >= SURE else "", sure, told(p, goal), others)
        if sure < WORTH_ASKING:
            named = max(goals(table), key=lambda one: _spoken(one, p, prefix).merit)
            guess = _unfit(p.header, named, _spoken(named, p, prefix).merit, told(p, named))
        found.append(guess if guess.goal or sure < WORTH_ASKING else _left_out(guess, goal, column in row_of))
    return tuple(found)


def _unfit(header: str, goal: Goal, merit: float, told: str) -> Guess:
    """A column whose cells are not what its header says, or that says nothing to us."""
    if merit < NAMED:
        return Guess(header, "", 0.0, "nothing in the header or the cells speaks for a column of ours")
    return Guess(header, "", 0.0, f"perhaps {goal.name}: {told}, which does not fit", (goal.name,), asks=True)


def _left_out(guess: Guess, goal: Goal, is_free: bool) -> Guess:
    others = (goal.name, *guess.others)
    if not is_free:
        return replace(guess, reason=f"{guess.reason}; another column suits {goal.name} better", others=others)
    return replace(guess, reason=f"perhaps {goal.name}: {guess.reason}", others=others, asks=True)
