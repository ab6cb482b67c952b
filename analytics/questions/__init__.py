"""What pages ask beyond the value of a metric. Everything here takes who is asking and checks their right to read."""

from __future__ import annotations

from analytics.questions.cards import Card, cards, trend
from analytics.questions.codes import CODED, CodeDoctor, code_doctor
from analytics.questions.comments import comment_counts, comments
from analytics.questions.defects import DIMENSIONS as DEFECT_DIMENSIONS
from analytics.questions.defects import MEASURES as DEFECT_MEASURES
from analytics.questions.defects import Defects, default_measure, defect_grid, defects
from analytics.questions.drilldown import records
from analytics.questions.events import events
from analytics.questions.feedback import HEARD, Heard, heard, touched_card, unheard
from analytics.questions.feedback_customers import ReturnCosts, return_costs, touched_customers
from analytics.questions.feedback_products import heard_by_product, heard_products
from analytics.questions.goals import ObjectiveStatus, check_objective, objectives
from analytics.questions.group_places import DIMENSIONS as GROUP_DIMENSIONS
from analytics.questions.group_places import Shares, group_months, group_shares
from analytics.questions.group_records import OneGroup, group, group_records, left_records
from analytics.questions.group_talk import group_changes, group_corrections, group_granularity, group_words
from analytics.questions.groups import NOUNS as GROUP_NOUNS
from analytics.questions.groups import SIDE_NAMES, Grouping, Groups, group_names, grouping, groups
from analytics.questions.holdings import Span, choices, completeness, freshness, span
from analytics.questions.links import Evidence, Linked, link_evidence, linked, said_of_link, unlinked
from analytics.questions.moves import Moved, moved, moved_by
from analytics.questions.no_trouble import NO_TROUBLE_KINDS, NoTrouble, no_trouble
from analytics.questions.pins import Pinned, pins
from analytics.questions.service import Service, months_in_service
from analytics.questions.similar import SIDES, Similar, similar
from analytics.questions.splits import Split, split
from analytics.questions.stability import CONTROL_RULES, Stability, stability, unstable
from analytics.questions.steps import Steps, yield_steps
from analytics.questions.symptoms import Known, Symptoms, known_of, symptoms
from analytics.questions.variants import Testimony, Variants, testimonies, variants
from analytics.questions.voices import KINDS, Praise, newest_texts, praise
from analytics.questions.watching import WATCHED, watchable
from analytics.questions.wishes import Wishes, wishes

__all__ = [
    "CODED",
    "CONTROL_RULES",
    "Card",
    "CodeDoctor",
    "DEFECT_DIMENSIONS",
    "DEFECT_MEASURES",
    "Defects",
    "Evidence",
    "GROUP_DIMENSIONS",
    "GROUP_NOUNS",
    "Grouping",
    "Groups",
    "HEARD",
    "Heard",
    "KINDS",
    "Known",
    "Linked",
    "Moved",
    "NO_TROUBLE_KINDS",
    "NoTrouble",
    "ObjectiveStatus",
    "OneGroup",
    "Pinned",
    "Praise",
    "ReturnCosts",
    "SIDES",
    "SIDE_NAMES",
    "Service",
    "Shares",
    "Similar",
    "Span",
    "Split",
    "Stability",
    "Steps",
    "Symptoms",
    "Testimony",
    "Variants",
    "WATCHED",
    "Wishes",
    "cards",
    "check_objective",
    "choices",
    "code_doctor",
    "comment_counts",
    "comments",
    "completeness",
    "default_measure",
    "defect_grid",
    "defects",
    "events",
    "freshness",
    "group",
    "group_changes",
    "group_corrections",
    "group_granularity",
    "group_months",
    "group_names",
    "group_records",
    "group_shares",
    "group_words",
    "grouping",
    "groups",
    "heard",
    "heard_by_product",
    "heard_products",
    "known_of",
    "left_records",
    "link_evidence",
    "linked",
    "months_in_service",
    "moved",
    "moved_by",
    "newest_texts",
    "no_trouble",
    "objectives",
    "pins",
    "praise",
    "records",
    "return_costs",
    "said_of_link",
    "similar",
    "span",
    "split",
    "stability",
    "symptoms",
    "testimonies",
    "touched_card",
    "touched_customers",
    "trend",
    "unheard",
    "unlinked",
    "unstable",
    "variants",
    "watchable",
    "wishes",
    "yield_steps",
]  # fmt: skip
