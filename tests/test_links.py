"""Links: pairs planted in a small company are found, and what has no counterpart is not asserted."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from analytics.links import LINKS, LinkFinder, word_pairs
from analytics.links import evidence as methods
from analytics.links.places import Delays, chances_of_lots, delay_density, spread
from analytics.links.trace import ORIGINS, SHARED
from analytics.links.words import PAIRS

START = pd.Timestamp("2024-01-01")
PRODUCTS = ("drill", "saw", "lamp")
LOTS = 60
BAD = {"cold joint": range(10, 20), "bent pin": range(35, 45)}
SAID = {"cold joint": "no charge", "bent pin": "flickers"}


def company() -> dict[str, pd.DataFrame]:
    """Three products of 60 lots each. Two causes hit ten lots each of drill and saw; lamps have a cause of their own.

    A symptom follows each of the two causes, once also elsewhere; parcels arrive broken from one lot as from the next.
    """
    lots, shipments, factory, field = [], [], [], []
    for product in PRODUCTS:
        for number in range(LOTS):
            lot, begun = f"{product}-{number:02}", START + pd.Timedelta(days=7 * number)
            line, shift = ("L1", "L2")[number % 2], ("A", "B", "C")[number % 3]
            lots.append((lot, product, line, shift, begun, 100))
            shipments.append((lot, product, f"K{number % 4}", 100, begun + pd.Timedelta(days=5)))
            for cause, symptom in SAID.items():
                bad = number in BAD[cause] and product != "lamp"
                factory += [(cause, product, lot, begun)] * (3 if bad else number % 5 == 0)
                field += [(symptom, product, f"K{number % 4}", lot, begun + pd.Timedelta(days=65))] * (
                    2 * bad + (number == 52 and product == "saw")
                )
            factory += [("dim", product, lot, begun)] * (product == "lamp" and number % 2)
            when = begun + pd.Timedelta(days=30)
            field += [("parcel crushed", product, f"K{number % 4}", lot, when)] * (number * 7 % 3)
    return {
        "lots": pd.DataFrame(lots, columns=["lot", "product", "line", "shift", "started_on", "quantity"]),
        "shipments": pd.DataFrame(shipments, columns=["lot", "product", "customer", "quantity", "shipped_on"]),
        "factory": numbered(pd.DataFrame(factory, columns=["group", "product", "lot", "on"])),
        "field": numbered(pd.DataFrame(field, columns=["group", "product", "customer", "lot", "on"])),
    }


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(record=[f"R{number}" for number in range(len(frame))], weight=1.0)


def fitted(given: dict[str, pd.DataFrame] | None = None, **more: object) -> LinkFinder:
    return LinkFinder().fit(**{**company(), **(given or {})}, **more)


def best(finder: LinkFinder, symptom: str) -> pd.Series:
    links = finder.links_
    return links[(links["symptom"] == symptom) & (links["rank"] == 1)].iloc[0]


def verdicts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["symptom", "cause", "verdict"])


@pytest.mark.parametrize("cause", list(BAD))
def test_a_planted_cause_is_found_and_asserted(cause: str) -> None:
    link = best(fitted(), SAID[cause])
    assert link["cause"] == cause
    assert link["q_value"] < 0.001
    assert link["ci_low"] > 1
    assert link["shared_lots"] == 20
    assert link["lag_days"] == 65


def test_a_symptom_without_a_counterpart_has_links_and_none_is_asserted() -> None:
    links = fitted().links_
    links = links[links["symptom"] == "parcel crushed"]
    assert len(links) > 0
    assert (links["q_value"] > 0.05).all()


def test_causes_come_in_order_of_their_score_the_best_first() -> None:
    links = fitted().links_
    assert list(links.columns) == LINKS
    for _, some in links.groupby("symptom"):
        assert list(some["rank"]) == list(range(1, len(some) + 1))
        assert some["score"].is_monotonic_decreasing
    assert set(LinkFinder(top=1).fit(**company()).links_["rank"]) == {1}


def test_a_link_is_found_where_no_return_names_its_lot() -> None:
    field = company()["field"].assign(lot="")
    link = best(fitted({"field": field}), "no charge")
    assert (link["cause"], link["q_value"] < 0.05) == ("cold joint", True)
    assert math.isnan(link["lag_days"])


def test_with_shuffled_lots_a_link_is_asserted_in_about_one_company_of_twenty() -> None:
    given = company()
    lots = given["lots"].groupby("product")["lot"]
    asserted = 0
    for seed in range(60):
        other = lots.transform(np.random.default_rng(seed).permutation)
        field = given["field"].assign(
            lot=given["field"]["lot"].map(dict(zip(given["lots"]["lot"], other, strict=True)))
        )
        asserted += (fitted({"field": field}).links_["q_value"] < 0.05).any()
    assert asserted <= 6


def test_a_supplier_lot_links_lots_that_share_no_record() -> None:
    """Even lots were inspected, odd lots came back; both had the same bad supplier lot."""
    given = company()
    number = given["lots"]["lot"].str[-2:].astype(int)
    batch = np.where(number.isin(BAD["cold joint"]), "bad", "lot " + (number // 4).astype(str))
    materials = given["lots"][["lot"]].assign(material="cell", supplier="Hoto", supplier_lot=batch)
    even, odd = (given[side]["lot"].str[-1].astype(int) % 2 == part for side, part in (("factory", 0), ("field", 1)))
    halves = {"factory": given["factory"][even], "field": given["field"][odd]}
    z = [fitted(halves, **more).z_[1, 1] for more in ({}, {"materials": materials})]
    assert z[0] < 1 < 2 < z[1]


def test_a_record_without_a_lot_is_spread_over_what_its_customer_had_received() -> None:
    shipments = pd.DataFrame(
        [("a", "saw", "K1", 30, 10.0), ("b", "saw", "K1", 10, 10.0), ("c", "saw", "K1", 99, 50.0),
         ("d", "saw", "K2", 99, 10.0), ("e", "drill", "K1", 99, 10.0)],
        columns=["lot", "product", "customer", "quantity", "shipped_day"],
    ).assign(at=range(5))  # fmt: skip
    cells = pd.DataFrame([("saw", "K1", 40.0, np.nan)], columns=["product", "customer", "day", "sold_day"])
    delays = Delays(delay_density(np.array([])), delay_density(np.array([])))
    placed = spread(cells, sp.csr_array([[1.0]]), shipments, 5, delays)
    assert placed[:, 0] == pytest.approx([0.75, 0.25, 0, 0, 0])
    same_day = spread(cells.assign(day=10.0), sp.csr_array([[1.0]]), shipments, 5, delays)
    assert same_day.sum() == pytest.approx(1)
    nothing = spread(cells.assign(day=5.0), sp.csr_array([[1.0]]), shipments, 5, delays)
    assert nothing.sum() == 0


def test_a_date_of_sale_points_to_the_shipment_just_before_it() -> None:
    shipments = pd.DataFrame({"lot": ["a", "b"], "product": "saw", "customer": "K1", "quantity": 10})
    shipments = shipments.assign(shipped_day=[0.0, 90.0], at=[0, 1])
    cells = pd.DataFrame({"product": "saw", "customer": "K1", "day": [200.0] * 2, "sold_day": [95.0, np.nan]})
    delays = Delays(delay_density(np.full(500, 150.0)), delay_density(np.full(500, 5.0)))
    _, chances = next(chances_of_lots(cells, shipments, 2, delays))
    assert chances.toarray()[0, 1] > 0.95
    assert chances.toarray()[1, 1] < 0.7


def test_spreading_in_parts_gives_the_same_as_at_once() -> None:
    given = fitted({"field": company()["field"].assign(lot="")})
    cells = given.field_.records[["product", "customer", "day", "sold_day"]]
    sent, delays = given.house_.shipments, Delays(delay_density(np.array([])), delay_density(np.array([])))
    whole, parts = (list(chances_of_lots(cells, sent, 180, delays, size)) for size in (10**6, 20))
    assert len(whole) == 1 < len(parts)
    assert np.allclose(np.vstack([chances.toarray() for _, chances in parts]), whole[0][1].toarray())


def test_a_unit_counts_as_exposed_by_the_chance_that_it_would_have_come_back_by_now() -> None:
    shipments = pd.DataFrame({"at": [0, 1, 1, 2], "quantity": 100, "shipped_day": [0.0, 900.0, 995.0, 1010.0]})
    delays = Delays(delay_density(np.full(10**6, 50.0)), delay_density(np.array([])))
    assert delays.exposure(shipments, 3, 1000.0) == pytest.approx([100, 100, 0], abs=0.1)


def test_a_record_in_two_groups_counts_once_in_all() -> None:
    given = company()["field"]
    unsure = pd.concat([given.assign(weight=0.6), given.assign(weight=0.4, group="flickers")], ignore_index=True)
    finder = fitted({"field": unsure})
    assert finder.field_counts_.sum() == pytest.approx(len(given))


def test_a_confirmed_pair_comes_first_and_a_refused_one_never() -> None:
    said = verdicts(("no charge", "bent pin", "confirmed"), ("flickers", "bent pin", "refused"))
    finder = fitted(verdicts=said)
    assert tuple(best(finder, "no charge")[["cause", "verdict"]]) == ("bent pin", "confirmed")
    assert best(finder, "flickers")["cause"] != "bent pin"
    assert finder.links_.query("symptom == 'flickers' and verdict == 'refused'")["rank"].item() > 1


def test_a_refused_pair_is_not_first_even_when_it_is_the_only_one() -> None:
    factory = company()["factory"].query("group == 'bent pin'")
    finder = fitted({"factory": factory}, verdicts=verdicts(("flickers", "bent pin", "refused")))
    assert finder.links_.query("symptom == 'flickers'")["rank"].min() == 2


def test_a_verdict_on_a_group_that_is_no_more_changes_nothing() -> None:
    finder = fitted(verdicts=verdicts(("gone", "cold joint", "refused")))
    pd.testing.assert_frame_equal(finder.links_, fitted().links_)


def test_verdicts_move_the_weight_to_the_evidence_they_agree_with() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 2))
    weights = methods.learned_weights(features, features[:, 1] > 0)
    assert weights[1] > 2 > 1 > weights[0] >= 0
    assert methods.learned_weights(features[:0], np.array([], dtype=bool)) == pytest.approx([1, 1])
    few = methods.learned_weights(features[:2], np.array([True, False]))
    assert few == pytest.approx([1, 1], abs=0.3)


def test_a_finding_on_a_return_is_evidence_by_itself() -> None:
    """No lots are known and both causes touch the same products: only the findings tell them apart."""
    given = company()
    texts = {"cold joint": "solder cold at cell", "bent pin": "pin bent on plug", "dim": "led dim"}
    factory = given["factory"].assign(text=given["factory"]["group"].map(texts), lot="")
    words = {"no charge": "cold solder", "flickers": "plug pin bent", "parcel crushed": ""}
    field = given["field"].assign(finding=given["field"]["group"].map(words), lot="")
    finder = fitted({"factory": factory, "field": field})
    for cause, symptom in SAID.items():
        assert best(finder, symptom)["cause"] == cause
        assert best(finder, symptom)["q_value"] < 0.01
        assert best(finder, symptom)["z_finding"] > 3
    assert math.isnan(best(finder, "parcel crushed")["z_finding"])


def test_sides_that_share_no_product_have_no_links() -> None:
    given = company()
    factory, field = given["factory"], given["field"]
    finder = fitted({"factory": factory[factory["product"] == "lamp"], "field": field[field["product"] == "saw"]})
    assert finder.links_.empty
    assert list(finder.links_.columns) == LINKS


@pytest.mark.parametrize("empty", ["factory", "field", "lots", "shipments", "all"])
def test_nothing_on_one_side_is_no_link_and_no_error(empty: str) -> None:
    given = {name: frame[:0] if empty in (name, "all") else frame for name, frame in company().items()}
    assert (LinkFinder().fit(**given).links_["q_value"] > 0.05).all()


def test_wrong_dates_missing_customers_and_lots_named_twice_are_taken() -> None:
    given = company()
    odd = given["field"].assign(sold_on=pd.NaT)
    odd.loc[::9, ["lot", "customer"]] = ["", None]
    odd.loc[::11, "on"] = pd.NaT
    odd.loc[::13, "lot"] = "no such lot"
    odd.loc[::7, "sold_on"] = pd.Timestamp("1999-01-01")
    lots = pd.concat([given["lots"], given["lots"][:5]])
    lots.loc[lots.index[3], ["line", "started_on"]] = [None, pd.NaT]
    assert best(fitted({"field": odd, "lots": lots}), "no charge")["cause"] == "cold joint"


def test_the_shared_lots_are_those_with_records_of_both_sides() -> None:
    materials = company()["lots"][["lot"]].assign(material="cell", supplier="Hoto", supplier_lot="H7")
    lots = fitted(materials=materials).shared_lots("no charge", "cold joint")
    assert list(lots.columns) == SHARED
    assert set(lots["lot"]) == {f"{product}-{number}" for product in ("drill", "saw") for number in range(10, 20)}
    assert (lots["factory_records"].eq(3) & lots["field_records"].eq(2)).all()
    assert set(lots["supplier_lots"]) == {"cell: H7"}
    assert lots["exposure"].between(90, 100).all()


def test_the_supplier_lot_behind_a_link_stands_first() -> None:
    lots = company()["lots"]
    number = lots["lot"].str[-2:].astype(int)
    batch = np.where(number.isin(BAD["cold joint"]), "bad", "lot " + (number // 10).astype(str))
    materials = lots[["lot"]].assign(material="cell", supplier="Hoto", supplier_lot=batch)
    found = fitted(materials=materials).origins("no charge", "cold joint")
    assert list(found.columns) == ORIGINS
    first = found.iloc[0]
    assert (first["kind"], first["name"], first["lots"]) == ("supplier lot", "bad", 30)
    assert first["factory_records"] == 60 + 2
    assert (found["field_records"] > found["field_expected"]).all()
    assert first["q_value"] < 0.001
    assert not (found["kind"].isin(["line", "shift"]) & (found["q_value"] < 0.05)).any()


def test_a_place_with_too_many_on_one_side_only_is_no_origin() -> None:
    """On line L1 the factory wrote four times as much of the cause; customers got no more broken parcels from it."""
    given = company()
    line = given["lots"].set_index("lot")["line"]
    factory = given["factory"].query("group == 'cold joint'")
    factory = numbered(pd.concat([factory, *[factory[factory["lot"].map(line) == "L1"]] * 3]))
    assert (fitted({"factory": factory}).origins("parcel crushed", "cold joint")["q_value"] > 0.05).all()


def test_the_rate_ratio_is_that_of_mantel_and_haenszel_by_hand() -> None:
    """Two products: 6 of 100 against 2 of 100 units, 8 of 50 against 4 of 150."""
    symptoms, exposure = np.array([[6.0], [2], [8], [4]]), np.array([100.0, 100, 50, 150])
    touched = np.array([[True], [False], [True], [False]])
    product = sp.csr_array([[1.0, 1, 0, 0], [0, 0, 1, 1]])
    ratio, low, high = methods.mantel_haenszel(symptoms, exposure, touched, product)
    above, below = 6 * 100 / 200 + 8 * 150 / 200, 2 * 100 / 200 + 4 * 50 / 200
    error = math.sqrt((8 * 100 * 100 / 200**2 + 12 * 50 * 150 / 200**2) / (above * below))
    assert ratio.item() == pytest.approx(above / below)
    assert low.item() == pytest.approx(above / below * math.exp(-1.959964 * error))
    assert high.item() == pytest.approx(above / below * math.exp(1.959964 * error))


def test_where_every_lot_is_touched_there_is_no_rate_ratio() -> None:
    everywhere = np.ones((2, 1), dtype=bool)
    ratio, _, _ = methods.mantel_haenszel(np.ones((2, 1)), np.ones(2), everywhere, sp.csr_array([[1.0, 1]]))
    assert math.isnan(ratio.item())


def test_the_q_values_are_those_of_benjamini_and_hochberg() -> None:
    """Their example of 1995, section 3.2: the first four of fifteen are told at .05."""
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.324,
            0.4262,
            0.5719,
            0.6528,
            0.759,
            1.0,
        ]
    )
    q = methods.benjamini_hochberg(p[::-1])[::-1]
    assert (q < 0.05).sum() == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert (np.diff(q) >= 0).all()


def test_a_pair_alike_in_products_needs_less_evidence_than_one_that_is_not() -> None:
    z = np.full((1, 2), 1.8)
    alike, unlike = methods.false_discovery(z, np.array([[0.9, 0.1]]))[0]
    assert alike < 0.05 < unlike
    assert methods.false_discovery(z, np.full((1, 2), 7.0))[0] == pytest.approx([0.0359, 0.0359], abs=1e-4)


def test_products_with_the_same_rates_are_alike_whatever_was_made_of_them() -> None:
    made, exposed = np.array([100.0, 1000, 10]), np.array([900.0, 300, 600])
    rates = np.array([[0.1, 0.0], [0.3, 0.0], [0.0, 0.5]])
    table = methods.profile(exposed[:, None] * rates, exposed, made[:, None] * rates, made)
    assert table.diagonal().min() > 0.85
    assert table[0, 1] == table[1, 0] == pytest.approx(methods.PROFILE_FLOOR)


def test_words_that_share_lots_are_paired_and_words_used_everywhere_are_not() -> None:
    given = company()
    factory = given["factory"].assign(text=given["factory"]["group"] + " rework done")
    field = given["field"].assign(text=given["field"]["group"].replace("no charge", "battery dead") + " please")
    pairs = word_pairs(factory, field, given["lots"], top=2)
    assert list(pairs.columns) == PAIRS
    assert set(pairs[pairs["word"] == "dead"]["factory_word"]) == {"cold", "joint"}
    assert not pairs[["word", "factory_word"]].isin(["please", "rework", "done", "crushed"]).any().any()
    first = pairs.iloc[0]
    lots, expected = first["shared_lots"], first["expected_lots"]
    assert first["pmi"] == pytest.approx(math.log2((lots + 5) / (expected + 5)))


def test_texts_without_words_give_no_pairs() -> None:
    given = company()
    factory, field = given["factory"].assign(text="12"), given["field"].assign(text="and")
    assert word_pairs(factory, field, given["lots"]).empty
    assert word_pairs(factory[:0], field[:0], given["lots"][:0]).empty


def test_the_estimator_keeps_its_parameters_as_given() -> None:
    finder = LinkFinder(top=3, profile_weight=2)
    assert clone(finder).get_params() == {
        "top": 3, "profile_weight": 2, "lot_shrinkage": 1.0, "driver_shrinkage": 3.0,
    }  # fmt: skip
