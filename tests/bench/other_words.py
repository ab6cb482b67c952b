"""Groups on companies with other words and other products, against the better of the baselines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score as ari

from analytics.refresh import learning
from kb import demo
from tests.bench import other_companies
from tests.bench.figures import Figure
from tests.bench.scoring import SIDES, at_least, best_baseline

PROMISED = {"factory": 2.2, "field": 2.5}
REPORTED, TUNED_ON = ("irrigation", "furniture", "fitness"), ("espresso",)
INVENTED_SEEDS = (21, 22, 23)


@dataclass(frozen=True)
class Compared:
    """Agreement with the truth of ours and of the better baseline, on one set."""

    ours: float
    best: float


def figures() -> list[Figure]:
    """How many times the better baseline: on companies that were only reported, on that tuned on, on the demo."""
    found = []
    for side, least in PROMISED.items():
        found.append(_times(f"Other words, {_named(REPORTED)}", side, _companies(side, REPORTED), least))
        found.append(_times(f"Other words, {_named(TUNED_ON)}", side, _companies(side, TUNED_ON)))
        seeds = ", ".join(map(str, INVENTED_SEEDS))
        invented = (_invented(seed, side) for seed in INVENTED_SEEDS)
        found.append(_times(f"The invented company of the demo, seeds {seeds}", side, invented))
    return found


def _named(companies: Sequence[str]) -> str:
    return f"{', '.join(companies)}, usual and heavy"


def _companies(side: str, names: Sequence[str]) -> Iterator[pd.DataFrame]:
    for name in names:
        for heavy in (False, True):
            records = other_companies.records(name, side, heavy=heavy)
            yield records.assign(
                defect_code=records["code"], case_key=records["case"], record_id=np.arange(len(records))
            )


def _compared(side: str, records: pd.DataFrame) -> Compared:
    truth = records["cause"].to_numpy(str)
    caused = truth != ""
    found = learning.learn(side, records, np.full(len(records), -1)).labels
    return Compared(float(ari(truth[caused], found[caused])), best_baseline(records, side))


def _times(of: str, side: str, sets: Iterable[pd.DataFrame], least: float | None = None) -> Figure:
    """The mean of ours over the mean of the better baselines."""
    compared = [_compared(side, records) for records in sets]
    ratio = sum(one.ours for one in compared) / sum(one.best for one in compared)
    each = ", ".join(f"{one.ours:.3f} to {one.best:.3f}" for one in compared)
    return at_least(f"{of}: {SIDES[side]} ARI, times the better baseline", ratio, least, f" ({each})")


def _invented(seed: int, side: str) -> pd.DataFrame:
    """The invented company's records of a side as a refresh reads them, with their true cause and family."""
    company = demo.invent(seed)
    causes = company.truth["record_cause"].set_index(["table", "record_number"])["cause"]
    tables = {"factory": ("nonconformances",), "field": ("returns", "complaints")}[side]
    parts = []
    for table in tables:
        rows = company.tables[table].fillna("").reset_index(drop=True)
        number = rows.iloc[:, 0]
        code = rows["defect_code"] if side == "factory" else rows.get("reason", pd.Series("", index=rows.index))
        case = number if table != "complaints" else rows["return_number"].where(rows["return_number"] != "", number)
        truth = causes.reindex(pd.MultiIndex.from_product([[table], number])).to_numpy()
        parts.append(
            pd.DataFrame({"text": rows["text"], "product": rows["sku"], "code": code, "case": case, "cause": truth})
        )
    records = pd.concat(parts, ignore_index=True).fillna({"cause": ""})
    families = company.tables["products"].set_index("sku")["family"]
    records = records.assign(family=records["product"].map(families).fillna(""), defect_code=records["code"])
    records["record_id"], records["case_key"] = np.arange(len(records)), pd.factorize(records["case"])[0]
    return records[records["text"].str.strip() != ""].reset_index(drop=True)
