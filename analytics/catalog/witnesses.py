"""Two witnesses: the same thing seen from both sides, and why what they say may differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Witnesses:
    """Two metrics (keys), one of each side, that speak of the same thing; `why` explains a difference."""

    what: str
    production: str
    customers: str
    why: str


WITNESSES = (
    Witnesses(
        "Defective units", "internal_ppm", "customer_ppm",
        "The factory counts what its inspections stop, before rework; customers count what got past them and came back "
        "within the window. High inside and low outside: inspection works, at its price. Low inside and high outside: "
        "inspection does not look for what customers find, or it arises on the way or in use.",
    ),
    Witnesses(
        "Good when it leaves", "first_pass_yield", "no_trouble_found_rate",
        "First pass yield says how much the factory finds wrong at first sight; the no-trouble-found rate how often it "
        "finds nothing wrong in what customers sent back. Both high: either customers misunderstand the product, or "
        "the tests look where the trouble is not.",
    ),
    Witnesses(
        "On time", "on_time_to_promise", "on_time_to_request",
        "The promise is ours, the request the customer's. On time to promise but late to request: we keep our word by "
        "promising late; the difference is what customers wait for and we do not count.",
    ),
    Witnesses(
        "Cost of failures", "cost_of_poor_quality", "return_cost",
        "The strict cost of poor quality holds what failed inside and outside; the cost of returns is only what "
        "customers sent back. What lies between them was found in time. Lost orders are in neither.",
    ),
    Witnesses(
        "What is wrong", "nonconformances", "complaints",
        "Records of the factory against words of customers: many inside and few outside means that it is caught, few "
        "inside and many outside that it is not seen. Customers speak weeks or months after the factory could have.",
    ),
)  # fmt: skip
