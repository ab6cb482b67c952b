"""What people say of groups and links counts at once, outlives every refit, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from analytics.refresh import storing
from kb import corrections, editing, views
from kb.errors import Refused
from kb.models import AuditEntry, Correction, Group, Link, Membership, Nonconformance, Product, Return
from kb.store import KnowledgeBase
from tests.importing import WHO

JOINT, SEAL, FLAT = 1, 2, 3


@pytest.fixture
def learned(base: KnowledgeBase) -> KnowledgeBase:
    """Six defects in two causes and three returns in one symptom, linked to the first cause."""
    with base.writing() as connection:
        connection.execute(insert(Product).values(sku="A"))
        for number, text in enumerate(
            ["cold joint", "dull joint", "pad lifted", "gasket cut", "o-ring cut", "lid leak"]
        ):
            connection.execute(insert(Nonconformance).values(nonconformance_number=f"D{number + 1}", text=text))
        for number in range(3):
            connection.execute(insert(Return).values(return_number=f"R{number + 1}", text="goes flat"))
        for side, name in (("factory", "joint"), ("factory", "seal"), ("field", "flat")):
            connection.execute(insert(Group).values(side=side, name=name, status="alive"))
        rows = [("factory", "defect", n, JOINT if n <= 3 else SEAL) for n in range(1, 7)]
        rows += [("field", "return", n, FLAT) for n in range(1, 4)]
        for side, kind, number, group in rows:
            values = {
                "side": side,
                "record_type": kind,
                "record_id": number,
                "group_id": group,
                "model_group_id": group,
            }
            connection.execute(insert(Membership).values(**values, confidence=0.95))
        connection.execute(insert(Link).values(symptom_id=FLAT, cause_id=JOINT, rank=1, score=3.0, q_value=0.01))
    return base


def groups(base: KnowledgeBase) -> dict[str, list[str]]:
    """Names of groups that are alive, with the numbers of their records."""
    held = views.view(base, WHO, "assignments").dropna(subset=["group_id"])
    named = dict(views.view(base, WHO, "groups")[["group_id", "name"]].itertuples(index=False))
    return {named[group]: sorted(rows["record_number"]) for group, rows in held.groupby("group_id")}


def refit(base: KnowledgeBase, where: dict[int, int]) -> None:
    """The model says something else of the defects: record -> group."""
    with base.writing() as connection:
        for record, group in where.items():
            this = (Membership.record_type == "defect") & (Membership.record_id == record)
            connection.execute(Membership.__table__.update().where(this).values(model_group_id=group))
        corrections.replay(connection)


def test_a_new_name_is_shown_and_the_models_is_kept_behind_it(learned: KnowledgeBase) -> None:
    editing.rename_group(learned, WHO, JOINT, "Cold joint on BMS", "what line 3 calls it")
    assert "Cold joint on BMS" in groups(learned)
    with learned.reading() as connection:
        assert connection.scalar(select(Group.name).where(Group.group_id == JOINT)) == "joint"


def test_a_merged_groups_records_stay_together_whatever_the_model_says_next(learned: KnowledgeBase) -> None:
    editing.merge_groups(learned, WHO, SEAL, JOINT)
    assert groups(learned)["joint"] == ["D1", "D2", "D3", "D4", "D5", "D6"]
    assert "seal" not in groups(learned)
    refit(learned, {1: SEAL})
    assert groups(learned)["joint"] == ["D1", "D2", "D3", "D4", "D5", "D6"]


def test_a_split_takes_the_records_that_use_the_word_and_those_that_come_later(learned: KnowledgeBase) -> None:
    editing.split_group(learned, WHO, SEAL, "Cut")
    assert groups(learned) | {"flat": []} == {
        "joint": ["D1", "D2", "D3"],
        "seal": ["D6"],
        "Cut": ["D4", "D5"],
        "flat": [],
    }
    with learned.writing() as connection:
        connection.execute(insert(Nonconformance).values(nonconformance_number="D7", text="CUT at seam"))
        values = {"side": "factory", "record_type": "defect", "record_id": 7, "model_group_id": SEAL}
        connection.execute(insert(Membership).values(**values, confidence=0.9))
        corrections.replay(connection)
    assert groups(learned)["Cut"] == ["D4", "D5", "D7"]


def test_a_split_that_parts_nothing_is_refused_and_leaves_nothing_behind(learned: KnowledgeBase) -> None:
    for word, which in (("unheard", "no record"), ("%", "no record")):
        with pytest.raises(Refused, match=which):
            editing.split_group(learned, WHO, SEAL, word)
    editing.split_group(learned, WHO, SEAL, "cut")
    with learned.reading() as connection:
        assert len(connection.execute(select(Group.group_id)).all()) == 4
        assert len(connection.execute(select(Correction.correction_id)).all()) == 1


def test_a_pinned_record_stays_where_people_put_it(learned: KnowledgeBase) -> None:
    editing.pin_record(learned, WHO, "defect", 3, SEAL, "the pad was cut")
    refit(learned, {3: JOINT})
    assert groups(learned)["seal"] == ["D3", "D4", "D5", "D6"]
    editing.pin_record(learned, WHO, "defect", 3, None)
    assert "D3" not in sum(groups(learned).values(), [])


def test_what_was_said_later_counts_where_two_corrections_differ(learned: KnowledgeBase) -> None:
    editing.pin_record(learned, WHO, "defect", 1, SEAL)
    editing.merge_groups(learned, WHO, SEAL, JOINT)
    editing.pin_record(learned, WHO, "defect", 4, SEAL)
    assert groups(learned)["seal"] == ["D4"]
    assert groups(learned)["joint"] == ["D1", "D2", "D3", "D5", "D6"]


@pytest.mark.parametrize(
    "say",
    [
        lambda base: editing.rename_group(base, WHO, JOINT, "other"),
        lambda base: editing.merge_groups(base, WHO, SEAL, JOINT),
        lambda base: editing.split_group(base, WHO, SEAL, "cut"),
        lambda base: editing.pin_record(base, WHO, "defect", 1, SEAL),
        lambda base: editing.judge_link(base, WHO, FLAT, JOINT, False, "other lots"),
    ],
    ids=["rename", "merge", "split", "pin", "refuse"],
)
def test_every_correction_can_be_taken_back_as_if_it_had_never_been_said(
    learned: KnowledgeBase, say: Callable[[KnowledgeBase], int]
) -> None:
    before, links = groups(learned), views.view(learned, WHO, "links").to_dict("records")
    said = say(learned)
    assert (groups(learned), views.view(learned, WHO, "links").to_dict("records")) != (before, links)
    editing.take_back_correction(learned, WHO, said)
    assert groups(learned) == before
    assert views.view(learned, WHO, "links")["verdict"].isna().all()
    with pytest.raises(Refused, match="taken back already"):
        editing.take_back_correction(learned, WHO, said)


def test_a_verdict_outlives_links_that_are_found_anew_and_those_that_are_not(learned: KnowledgeBase) -> None:
    editing.judge_link(learned, WHO, FLAT, JOINT, True, "seen on the bench")
    editing.judge_link(learned, WHO, FLAT, SEAL, False, "seals leak, they do not drain")
    with learned.writing() as connection:
        connection.execute(Link.__table__.delete())
        connection.execute(insert(Link).values(symptom_id=FLAT, cause_id=JOINT, rank=2, score=1.0))
        corrections.replay(connection)
        assert set(corrections.verdicts(connection)) == {(FLAT, JOINT, "confirmed"), (FLAT, SEAL, "refused")}
    links = views.view(learned, WHO, "links").set_index("cause_id")["verdict"]
    assert links.to_dict() == {JOINT: "confirmed", SEAL: "refused"}


def test_the_last_word_on_a_link_counts(learned: KnowledgeBase) -> None:
    editing.judge_link(learned, WHO, FLAT, JOINT, True, "sure")
    editing.judge_link(learned, WHO, FLAT, JOINT, False, "no longer")
    assert views.view(learned, WHO, "links")["verdict"].tolist() == ["refused"]


def test_words_and_granularity_are_kept_for_the_next_refit(learned: KnowledgeBase) -> None:
    editing.set_alias(learned, WHO, "Brg", "bearing")
    editing.set_alias(learned, WHO, "pls", "")
    editing.set_granularity(learned, WHO, "factory", 0.2)
    editing.set_granularity(learned, WHO, "factory", 0.5)
    with learned.reading() as connection:
        assert corrections.aliases(connection) == {"brg": "bearing", "pls": ""}
        assert corrections.granularity(connection) == {"factory": 0.5}


@pytest.mark.parametrize(
    ("say", "reason"),
    [
        (lambda base: editing.rename_group(base, WHO, JOINT, "  "), "is empty"),
        (lambda base: editing.rename_group(base, WHO, 99, "x"), "no group 99"),
        (lambda base: editing.merge_groups(base, WHO, JOINT, JOINT), "part of itself"),
        (lambda base: editing.merge_groups(base, WHO, JOINT, FLAT), "link them instead"),
        (lambda base: editing.pin_record(base, WHO, "defect", 1, FLAT), "other side"),
        (lambda base: editing.pin_record(base, WHO, "defect", 77, SEAL), "not read by the analysis"),
        (lambda base: editing.pin_record(base, WHO, "letter", 1, SEAL), "no records of type"),
        (lambda base: editing.set_alias(base, WHO, "brg", "brg"), "stands for itself"),
        (lambda base: editing.set_alias(base, WHO, "ball bearing", "x"), "one word for one word"),
        (lambda base: editing.set_granularity(base, WHO, "factory", 1.5), "lies between"),
        (lambda base: editing.set_granularity(base, WHO, "office", 0.5), "no side"),
        (lambda base: editing.judge_link(base, WHO, JOINT, FLAT, True, "x"), "exchange them"),
        (lambda base: editing.judge_link(base, WHO, FLAT, JOINT, True, " "), "reason is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(
    learned: KnowledgeBase, say: Callable[[KnowledgeBase], int], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        say(learned)
    with learned.reading() as connection:
        assert connection.execute(select(Correction.correction_id)).all() == []


def test_every_correction_names_who_for_which_department_when_and_why(learned: KnowledgeBase) -> None:
    editing.merge_groups(learned, WHO, SEAL, JOINT, "both are the housing")
    with learned.reading() as connection:
        said = connection.execute(select(Correction.__table__)).one()
        entry = connection.execute(select(AuditEntry.__table__).where(AuditEntry.verb == "merge")).one()
    assert (said.user_name, said.department, said.reason) == (WHO.name, WHO.department, "both are the housing")
    assert (entry.user_name, entry.reason, entry.subject) == (WHO.name, "both are the housing", str(said.correction_id))


def test_what_the_model_said_of_records_that_are_gone_is_forgotten(learned: KnowledgeBase) -> None:
    with learned.writing() as connection:
        connection.execute(Nonconformance.__table__.delete().where(Nonconformance.nonconformance_number == "D6"))
        assert corrections.forget_missing(connection) == 1
    assert groups(learned)["seal"] == ["D4", "D5"]


def test_a_refresh_that_people_overtook_is_told_from_one_they_did_not(learned: KnowledgeBase) -> None:
    with learned.reading() as connection:
        began = storing.seen(connection)
        assert storing.seen(connection) == began
    editing.rename_group(learned, WHO, JOINT, "other")
    with learned.reading() as connection:
        assert storing.seen(connection) != began
