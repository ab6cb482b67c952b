"""Every write a person can make: allowed, guarded by the version they saw, recorded in the same transaction."""

from kb.editing.comments import withdraw_comment, write_comment
from kb.editing.events import EVENT_COLUMNS, change_event, enter_event, withdraw_event
from kb.editing.groups import (
    judge_link,
    merge_groups,
    pin_record,
    rename_group,
    set_alias,
    set_granularity,
    split_group,
    take_back_correction,
)
from kb.editing.keeping import assign_account_owner, save_preset, set_setting
from kb.editing.objectives import OBJECTIVE_COLUMNS, change_objective, close_objective, set_objective
from kb.editing.people import change_user, introduce
from kb.editing.pins import MOST_PINS, move_pin, pin, unpin
from kb.editing.taking_back import TAKEN_BACK, take_back

__all__ = [
    "EVENT_COLUMNS", "MOST_PINS", "OBJECTIVE_COLUMNS", "TAKEN_BACK", "assign_account_owner", "change_event",
    "change_objective", "change_user", "close_objective", "enter_event", "introduce", "judge_link", "merge_groups",
    "move_pin", "pin", "pin_record", "rename_group", "save_preset", "set_alias", "set_granularity", "set_objective",
    "set_setting", "split_group", "take_back", "take_back_correction", "unpin", "withdraw_comment", "withdraw_event",
    "write_comment",
]  # fmt: skip
