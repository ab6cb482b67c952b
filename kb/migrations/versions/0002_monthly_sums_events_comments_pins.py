"""monthly sums events comments pins"""

import sqlalchemy as sa
from alembic import op

from kb.models.base import UtcDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('monthly_sums',
    sa.Column('monthly_sum_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('rollup', sa.Text(), nullable=False),
    sa.Column('month_on', sa.Date(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('label_1', sa.Text(), nullable=True),
    sa.Column('label_2', sa.Text(), nullable=True),
    sa.Column('sum_1', sa.Double(), nullable=True),
    sa.Column('sum_2', sa.Double(), nullable=True),
    sa.Column('sum_3', sa.Double(), nullable=True),
    sa.Column('sum_4', sa.Double(), nullable=True),
    sa.Column('sum_5', sa.Double(), nullable=True),
    sa.Column('sum_6', sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint('monthly_sum_id', name=op.f('pk_monthly_sums'))
    )
    with op.batch_alter_table('monthly_sums', schema=None) as batch_op:
        batch_op.create_index('ix_monthly_sums_rollup_month', ['rollup', 'month_on'], unique=False)

    op.create_table('rollup_states',
    sa.Column('rollup', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('rollup', name=op.f('pk_rollup_states'))
    )
    op.create_table('comments',
    sa.Column('comment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('written_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_comments_user_id')),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_comments'))
    )
    with op.batch_alter_table('comments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comments_about'), ['about'], unique=False)
        batch_op.create_index(batch_op.f('ix_comments_user_id'), ['user_id'], unique=False)

    op.create_table('events',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('dimension', sa.Text(), nullable=True),
    sa.Column('member', sa.Text(), nullable=True),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_events_user_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_events'))
    )
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_events_happened_on'), ['happened_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_events_user_id'), ['user_id'], unique=False)

    op.create_table('pins',
    sa.Column('pin_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Text(), nullable=False),
    sa.Column('dimension', sa.Text(), nullable=True),
    sa.Column('shape', sa.Text(), nullable=False),
    sa.Column('is_withdrawn', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_pins_user_id')),
    sa.PrimaryKeyConstraint('pin_id', name=op.f('pk_pins'))
    )
    with op.batch_alter_table('pins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pins_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('pins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pins_user_id'))

    op.drop_table('pins')
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_events_user_id'))
        batch_op.drop_index(batch_op.f('ix_events_happened_on'))

    op.drop_table('events')
    with op.batch_alter_table('comments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comments_user_id'))
        batch_op.drop_index(batch_op.f('ix_comments_about'))

    op.drop_table('comments')
    op.drop_table('rollup_states')
    with op.batch_alter_table('monthly_sums', schema=None) as batch_op:
        batch_op.drop_index('ix_monthly_sums_rollup_month')

    op.drop_table('monthly_sums')
