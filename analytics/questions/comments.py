"""What people said about the charts."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import func, select

from kb.access import Person, require
from kb.models import Comment, User
from kb.store import KnowledgeBase

MOST_COMMENTS = 200


def comment_counts(base: KnowledgeBase, who: Person) -> dict[str, int]:
    """How many comments stand under each chart that has any; one question for all charts of a page."""
    require(who, "read")
    wanted = select(Comment.about, func.count()).where(~Comment.is_withdrawn).group_by(Comment.about)
    with base.reading() as connection:
        return {about: int(count) for about, count in connection.execute(wanted)}


def comments(base: KnowledgeBase, who: Person, about: str | None = None) -> pd.DataFrame:
    """The latest 200 comments under one chart (none: under all), latest first.

    Columns comment_id, about, text, link, by, department, user_id, written_at (UTC), version.
    """
    require(who, "read")
    wanted = (
        select(
            Comment.comment_id, Comment.about, Comment.text, Comment.link, User.name.label("by"), Comment.department,
            Comment.user_id, Comment.written_at, Comment.version,
        )
        .outerjoin(User, User.user_id == Comment.user_id)
        .where(~Comment.is_withdrawn)
        .order_by(Comment.comment_id.desc())
        .limit(MOST_COMMENTS)
    )  # fmt: skip
    if about is not None:
        wanted = wanted.where(Comment.about == about)
    with base.reading() as connection:
        result = connection.execute(wanted)
        return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
