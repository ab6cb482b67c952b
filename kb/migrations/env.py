"""Alembic's entry: runs inside the transaction that kb.migrations opened."""

from alembic import context

from kb.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection is not None and connection.dialect.name == "sqlite",
)
if not context.is_offline_mode():
    context.run_migrations()
