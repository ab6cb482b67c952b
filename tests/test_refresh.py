"""The batch: both sides' texts become causes, symptoms and links, all of it stored or nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, insert, select, update

from analytics import refresh
from analytics.__main__ import main
from analytics.refresh import reading
from kb import editing, store, views
from kb.commands import main as commands
from kb.errors import Refused
from kb.models import Complaint, Group, GroupChange, LearnedModel, Link, Membership, Nonconformance, Return, Run
from kb.store import KnowledgeBase
from tests import talking_company
from tests.importing import WHO, load, put
from tests.talking_company import trouble_of

ROOT = Path(__file__).parents[1]


@pytest.fixture
def company(sqlite_base: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    load(sqlite_base, talking_company.write(tmp_path / "files"))
    return sqlite_base


@pytest.fixture
def refreshed(company: KnowledgeBase) -> KnowledgeBase:
    refresh.refresh(company, WHO)
    return company


@pytest.fixture
def either(base: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    """The same on both databases, for what the database itself must do right."""
    load(base, talking_company.write(tmp_path / "files"))
    refresh.refresh(base, WHO)
    return base


def told(base: KnowledgeBase) -> pd.DataFrame:
    """Every record that was read: record_type, record_number, group_id, trouble."""
    texts = []
    for kind, model, number in (
        ("defect", Nonconformance, "nonconformance_number"),
        ("return", Return, "return_number"),
        ("complaint", Complaint, "complaint_number"),
    ):
        with base.reading() as connection:
            rows = connection.execute(select(getattr(model, number), model.text)).all()
        texts += [(kind, key, trouble_of(text or "")) for key, text in rows]
    frame = pd.DataFrame(texts, columns=["record_type", "record_number", "trouble"])
    return views.view(base, WHO, "assignments").merge(frame, on=["record_type", "record_number"])


def group_of(base: KnowledgeBase, side: str, trouble: str) -> int:
    """The group that holds most of a trouble's records."""
    rows = told(base).query("side == @side and trouble == @trouble")
    return int(rows["group_id"].mode()[0])


def test_both_sides_are_grouped_by_what_they_tell_of(either: KnowledgeBase) -> None:
    records = told(either)
    assert records["group_id"].notna().mean() > 0.99
    for _, group in records.groupby("group_id"):
        assert group["trouble"].value_counts(normalize=True).iloc[0] > 0.95


def test_each_symptom_leads_to_its_cause_first_and_service_to_none(refreshed: KnowledgeBase) -> None:
    links = views.view(refreshed, WHO, "links")
    for trouble in talking_company.TROUBLES:
        mine = links[links["symptom_id"] == group_of(refreshed, "field", trouble)].sort_values("rank")
        assert mine["cause_id"].iloc[0] == group_of(refreshed, "factory", trouble)
        assert mine["q_value"].iloc[0] < 0.05
    service = links[links["symptom_id"] == group_of(refreshed, "field", "service")]
    assert not (service["q_value"] < 0.05).any()


def test_an_asserted_link_keeps_its_lots_and_the_words_that_go_together(refreshed: KnowledgeBase) -> None:
    symptom, cause = (group_of(refreshed, side, "joint") for side in ("field", "factory"))
    with refreshed.reading() as connection:
        this = (Link.symptom_id == symptom) & (Link.cause_id == cause)
        link = connection.execute(select(Link.evidence, Link.lag_days, Link.shared_lots).where(this)).one()
    assert '"lots":' in link.evidence and '"words":' in link.evidence
    assert link.shared_lots > 5 and 30 < link.lag_days < 150


def test_a_return_and_the_complaint_about_it_are_read_together(refreshed: KnowledgeBase) -> None:
    records = told(refreshed).set_index(["record_type", "record_number"])["group_id"]
    with refreshed.reading() as connection:
        pairs = connection.execute(
            select(Complaint.complaint_number, Return.return_number).join(
                Return, Return.return_id == Complaint.return_id
            )
        ).all()
    assert len(pairs) > 5
    assert all(records["complaint", complaint] == records["return", back] for complaint, back in pairs)


def test_a_group_has_a_name_terms_typical_records_days_and_a_place(refreshed: KnowledgeBase) -> None:
    with refreshed.reading() as connection:
        for group in connection.execute(select(Group.__table__)):
            assert group.name and group.terms and len(group.typical.split(",")) == 3
            assert group.first_seen_on <= group.last_seen_on
            assert group.map_x is not None and group.map_y is not None


def test_the_same_data_give_the_same_groups_again_with_the_same_ids(refreshed: KnowledgeBase) -> None:
    before = views.view(refreshed, WHO, "assignments")
    refresh.refresh(refreshed, WHO)
    after = views.view(refreshed, WHO, "assignments")
    moved = (before["group_id"].fillna(-1) != after["group_id"].fillna(-1)).mean()
    assert moved < 0.02
    with refreshed.reading() as connection:
        last = select(func.max(Run.run_id)).scalar_subquery()
        assert connection.execute(select(GroupChange.kind).where(GroupChange.run_id == last)).all() == []


def test_what_people_said_survives_a_refit_of_everything(either: KnowledgeBase) -> None:
    joint, seal = (group_of(either, "factory", trouble) for trouble in ("joint", "seal"))
    editing.rename_group(either, WHO, joint, "Cold joint on BMS")
    editing.merge_groups(either, WHO, seal, joint)
    editing.pin_record(either, WHO, "defect", 1, group_of(either, "factory", "brush"))
    symptom = group_of(either, "field", "seal")
    editing.judge_link(either, WHO, symptom, joint, True, "seen on the bench")
    refresh.refresh(either, WHO)
    records = told(either).query("side == 'factory'")
    assert set(records.query("trouble == 'seal'")["group_id"]) == {joint}
    names = views.view(either, WHO, "groups").set_index("group_id")["name"]
    assert names[joint] == "Cold joint on BMS"
    with either.reading() as connection:
        pinned = connection.execute(select(Membership.group_id, Membership.is_pinned).where(Membership.is_pinned)).one()
    assert tuple(pinned) == (group_of(either, "factory", "brush"), True)
    links = views.view(either, WHO, "links").query("symptom_id == @symptom")
    assert links.set_index("cause_id")["verdict"][joint] == "confirmed"
    assert links.set_index("cause_id")["rank"][joint] == 1


def test_an_alias_changes_how_texts_are_read_at_the_next_refresh(refreshed: KnowledgeBase) -> None:
    editing.set_alias(refreshed, WHO, "gasket", "seal")
    refresh.refresh(refreshed, WHO)
    with refreshed.reading() as connection:
        terms = connection.scalars(select(Group.terms).where(Group.side == "factory", Group.status == "alive")).all()
    assert not any("gasket" in one for one in terms)


def test_new_records_are_scored_into_the_groups_there_are_without_a_refit(
    either: KnowledgeBase, tmp_path: Path
) -> None:
    with either.reading() as connection:
        models = connection.execute(select(LearnedModel.content_hash)).all()
    rows = "return_number,returned_on,sku,lot_number,text\nR9001,2026-01-05,A,L001,battery goes flat\n"
    load(either, put(tmp_path / "later", {"returns.csv": rows}))
    done = refresh.refresh_new(either, WHO)
    assert done.records == {"factory": 0, "field": 1}
    records = told(either).set_index("record_number")
    beside = records[records["group_id"] == records["group_id"]["R9001"]]
    assert len(beside) > 10 and set(beside["trouble"]) == {"joint"}
    with either.reading() as connection:
        assert connection.execute(select(LearnedModel.content_hash)).all() == models
        assert connection.scalars(select(Run.kind).order_by(Run.run_id)).all() == ["refresh", "new"]


def test_an_import_from_the_command_line_scores_its_records_into_the_groups_there_are(
    refreshed: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", refreshed.url)
    rows = "return_number,returned_on,sku,lot_number,text\nR9001,2026-01-05,A,L001,battery goes flat\n"
    folder = put(tmp_path / "later", {"returns.csv": rows})
    assert commands(["import", str(folder), "--preset", "symbiosis"]) == 0
    assert "new records: field: 1 records" in capsys.readouterr().out
    assert "R9001" in set(told(refreshed)["record_number"])


def test_scoring_before_anything_was_grouped_is_refused(company: KnowledgeBase) -> None:
    with pytest.raises(Refused, match="no groups yet"):
        refresh.refresh_new(company, WHO)


def test_a_model_that_was_altered_is_refused(refreshed: KnowledgeBase) -> None:
    with refreshed.writing() as connection:
        content = connection.scalar(select(LearnedModel.content).where(LearnedModel.side == "field"))
        assert content is not None
        altered = update(LearnedModel).where(LearnedModel.side == "field").values(content=content[:-1] + b"x")
        connection.execute(altered)
    with pytest.raises(Refused, match="the stored model was altered"):
        refresh.refresh_new(refreshed, WHO)


def test_nothing_later_than_the_day_is_looked_at(company: KnowledgeBase) -> None:
    day = talking_company.FIRST + timedelta(days=300)
    refresh.refresh(company, WHO, as_of=day)
    with company.reading() as connection:
        read = select(Return.returned_on).join(Membership, Membership.record_id == Return.return_id)
        days = connection.scalars(read.where(Membership.record_type == "return")).all()
        everything = connection.scalar(select(func.max(Return.returned_on)))
    assert days and max(days) <= day < (everything or date.min)


def test_the_wanted_number_of_groups_is_kept(company: KnowledgeBase) -> None:
    done = refresh.refresh(company, WHO, groups={"factory": 2, "field": 5})
    assert done.groups == {"factory": 2, "field": 5}


def test_an_empty_base_has_no_groups_and_no_links(base: KnowledgeBase) -> None:
    done = refresh.refresh(base, WHO)
    assert (done.groups, done.links) == ({"factory": 0, "field": 0}, 0)
    with base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Group)) == 0


def test_a_handful_of_texts_is_too_few_to_group(base: KnowledgeBase, tmp_path: Path) -> None:
    rows = "nonconformance_number,text\n" + "".join(f"D{n},cold joint\n" for n in range(9))
    load(base, put(tmp_path / "few", {"nonconformances.csv": rows}))
    assert refresh.refresh(base, WHO).groups["factory"] == 0
    with base.reading() as connection:
        held = connection.scalars(select(Membership.group_id)).all()
    assert held == [None] * 9


def test_results_know_whether_the_data_are_newer_and_corrections_are_no_data(
    refreshed: KnowledgeBase, tmp_path: Path
) -> None:
    def current() -> bool:
        with refreshed.reading() as connection:
            return connection.scalar(select(Run.data_hash)) == reading.fingerprint(connection)

    assert current()
    editing.rename_group(refreshed, WHO, group_of(refreshed, "factory", "joint"), "other")
    assert current()
    load(refreshed, put(tmp_path / "more", {"products.csv": "sku\nC\n"}))
    assert not current()


def test_a_correction_made_while_a_refresh_runs_counts_in_it(
    company: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh.refresh(company, WHO)
    joint = group_of(company, "factory", "joint")
    said: list[int] = []
    linked = refresh.linking.linked

    def meanwhile(*arguments: object) -> pd.DataFrame:
        if not said:
            said.append(editing.rename_group(company, WHO, joint, "Cold joint"))
        return linked(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(refresh.linking, "linked", meanwhile)
    steps: list[str] = []
    refresh.refresh(company, WHO, progress=steps.append)
    assert "Somebody changed groups meanwhile: starting again" in steps
    assert views.view(company, WHO, "groups").set_index("group_id")["name"][joint] == "Cold joint"


def test_a_record_whose_import_was_undone_is_forgotten_by_the_next_scoring(refreshed: KnowledgeBase) -> None:
    with refreshed.writing() as connection:
        connection.execute(insert(Nonconformance).values(nonconformance_number="X", text="cold joint"))
    refresh.refresh_new(refreshed, WHO)
    with refreshed.writing() as connection:
        connection.execute(Nonconformance.__table__.delete().where(Nonconformance.nonconformance_number == "X"))
    refresh.refresh_new(refreshed, WHO)
    with refreshed.reading() as connection:
        held = connection.scalar(select(func.count()).where(Membership.record_type == "defect"))
        assert held == connection.scalar(select(func.count()).select_from(Nonconformance))


@pytest.mark.slow
def test_a_refresh_killed_at_any_moment_leaves_the_results_before_or_its_own(company: KnowledgeBase) -> None:
    refresh.refresh(company, WHO)
    chance = random.Random(4)
    environment = {**os.environ, "DATABASE_URL": company.url}
    began = time.perf_counter()
    command = [sys.executable, "-m", "analytics", "refresh"]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    whole = time.perf_counter() - began
    for _ in range(6):
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.3, 1.0) * whole)
        child.kill()
        child.wait()
        again = store.open_base(company.url)
        with again.reading() as connection:
            assert connection.scalar(select(func.count()).where(Run.finished_at.is_(None))) == 0
            texts = connection.scalar(select(func.count()).select_from(Nonconformance))
            held = connection.scalar(select(func.count()).where(Membership.record_type == "defect"))
            models = connection.scalar(select(func.count()).select_from(LearnedModel))
        assert held == texts and models == 4
        again.close()
    assert refresh.refresh(company, WHO).links > 0


def test_the_command_prints_what_it_did_and_the_time_of_each_phase(
    company: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", company.url)
    assert main(["refresh", "--groups", "factory=3"]) == 0
    shown = capsys.readouterr().out
    assert "records in 3 groups" in shown and "links stored" in shown
    for phase in ("read", "group factory", "group field", "apply people's word", "link", "store"):
        assert f"{phase}: " in shown
    assert main(["refresh", "--new"]) == 0
    assert main(["refresh", "--new", "--groups", "factory=3"]) == 1


@pytest.mark.parametrize("groups", ["office=3", "factory", "factory=none", "factory=0"])
def test_a_number_of_groups_that_cannot_be_meant_is_wrong_usage(groups: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["refresh", "--groups", groups])
    assert end.value.code == 2
