"""costs of inspections and actions"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('inspections', sa.Column('cost', sa.Double(), nullable=True))
    op.add_column('actions', sa.Column('cost', sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column('actions', 'cost')
    op.drop_column('inspections', 'cost')
