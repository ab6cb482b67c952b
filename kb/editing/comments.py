"""What people say about a chart. It changes no number, so caches of data keep what they hold."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert

from kb import audit
from kb.access import Person, require
from kb.editing.guard import change, only_own, row, user_of
from kb.entries import clean_name, clean_text, short_link
from kb.models import Comment
from kb.store import KnowledgeBase


def write_comment(base: KnowledgeBase, who: Person, about: str, text: str, link: str | None = None) -> int:
    """Say something about the chart of this name; returns the comment_id. The link leads back to what was seen.

    Raises Refused for an empty or too long text and for somebody who is no user.
    """
    require(who, "edit")
    values = {"about": clean_name(about, "chart"), "text": clean_text(text, "comment"), "link": short_link(link)}
    with base.writing() as connection:
        made = insert(Comment).values(
            **values, is_withdrawn=False, user_id=user_of(who), department=who.department,
            written_at=datetime.now(UTC), version=1,
        )  # fmt: skip
        comment_id = int(connection.execute(made.returning(Comment.comment_id)).scalar_one())
        audit.append(connection, who, "write", "comments", comment_id, after=values, changes_data=False)
    return comment_id


def withdraw_comment(base: KnowledgeBase, who: Person, comment_id: int, seen_version: int) -> int:
    """Take back what one wrote, or as an administrator what anybody wrote; returns the new version."""
    require(who, "edit")
    with base.writing() as connection:
        only_own(who, row(connection, Comment.__table__, comment_id), "comment")
        gone = {"is_withdrawn": True}
        return change(
            connection, who, Comment.__table__, comment_id, seen_version, gone, "withdraw", changes_data=False
        )
