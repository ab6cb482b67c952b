"""One column of the file for one column of ours, so that the sum of all merits is the highest there is."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def best(merits: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row the column it gets, none where every column left has no merit; no column is given twice.

    Exact, by shortest augmenting paths (the Hungarian method as Jonker and Volgenant wrote it): rows² · columns steps.
    """
    if not merits or not merits[0]:
        return [None] * len(merits)
    rows, columns = len(merits), len(merits[0]) + len(merits)  # one column more for each row: to get nothing
    cost = [[-merit for merit in row] + [0.0] * rows for row in merits]
    owner = [0] * (columns + 1)  # 0: nobody; rows are counted from 1
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    for row in range(1, rows + 1):
        _place(row, cost, owner, row_price, column_price)
    given: list[int | None] = [None] * rows
    for column in range(1, len(merits[0]) + 1):
        if owner[column] and merits[owner[column] - 1][column - 1] > 0:
            given[owner[column] - 1] = column - 1
    return given


def _place(
    row: int, cost: list[list[float]], owner: list[int], row_price: list[float], column_price: list[float]
) -> None:
    """Give the row a column, moving earlier rows along the cheapest path."""
    columns = len(column_price) - 1
    shortest, came_from, seen = [inf] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
    owner[0], at = row, 0
    while owner[at]:
        seen[at] = True
        here, step, to = owner[at], inf, 0
        for column in range(1, columns + 1):
            if seen[column]:
                continue
            way = cost[here - 1][column - 1] - row_price[here] - column_price[column]
            if way < shortest[column]:
                shortest[column], came_from[column] = way, at
            if shortest[column] < step:
                step, to = shortest[column], column
        for column in range(columns + 1):
            if seen[column]:
                row_price[owner[column]] += step
                column_price[column] -= step
            else:
                shortest[column] -= step
        at = to
    while at:
        owner[at], at = owner[came_from[at]], came_from[at]
