"""what was learned: identity of groups, what people said, fitted models"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no version before this one wrote any, and they could not say which side they are of
    op.execute('DELETE FROM memberships')
    op.create_table('learned_models',
    sa.Column('learned_model_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('data_hash', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['runs.run_id'], name=op.f('fk_learned_models_run_id')),
    sa.PrimaryKeyConstraint('learned_model_id', name=op.f('pk_learned_models')),
    sa.UniqueConstraint('run_id', 'side', name=op.f('uq_learned_models_run_id_side'))
    )
    with op.batch_alter_table('learned_models', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_learned_models_run_id'), ['run_id'], unique=False)

    op.create_table('group_changes',
    sa.Column('group_change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('other_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.group_id'], name=op.f('fk_group_changes_group_id')),
    sa.ForeignKeyConstraint(['other_id'], ['groups.group_id'], name=op.f('fk_group_changes_other_id')),
    sa.ForeignKeyConstraint(['run_id'], ['runs.run_id'], name=op.f('fk_group_changes_run_id')),
    sa.PrimaryKeyConstraint('group_change_id', name=op.f('pk_group_changes'))
    )
    with op.batch_alter_table('group_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_changes_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_group_changes_run_id'), ['run_id'], unique=False)

    with op.batch_alter_table('corrections', schema=None) as batch_op:
        batch_op.add_column(sa.Column('user_name', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('department', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('taken_back_by', sa.Text(), nullable=True))

    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_name', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('status', sa.Text(), server_default='alive', nullable=False))
        batch_op.add_column(sa.Column('became_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('typical', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('map_x', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('map_y', sa.Double(), nullable=True))
        batch_op.create_index(batch_op.f('ix_groups_became_id'), ['became_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_groups_became_id'), 'groups', ['became_id'], ['group_id'])

    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lag_days', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('evidence', sa.Text(), nullable=True))

    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.add_column(sa.Column('model_group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('side', sa.Text(), nullable=False))
        batch_op.add_column(sa.Column('is_pinned', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column('group_id',
               existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
               nullable=True)
        batch_op.create_foreign_key(batch_op.f('fk_memberships_model_group_id'), 'groups', ['model_group_id'], ['group_id'])

    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('as_of', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('phases', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.drop_column('phases')
        batch_op.drop_column('as_of')

    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_memberships_model_group_id'), type_='foreignkey')
        batch_op.alter_column('group_id',
               existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
               nullable=False)
        batch_op.drop_column('is_pinned')
        batch_op.drop_column('side')
        batch_op.drop_column('model_group_id')

    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.drop_column('evidence')
        batch_op.drop_column('lag_days')

    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_groups_became_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_groups_became_id'))
        batch_op.drop_column('map_y')
        batch_op.drop_column('map_x')
        batch_op.drop_column('typical')
        batch_op.drop_column('became_id')
        batch_op.drop_column('status')
        batch_op.drop_column('given_name')

    with op.batch_alter_table('corrections', schema=None) as batch_op:
        batch_op.drop_column('taken_back_by')
        batch_op.drop_column('department')
        batch_op.drop_column('user_name')

    with op.batch_alter_table('group_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_changes_run_id'))
        batch_op.drop_index(batch_op.f('ix_group_changes_group_id'))

    op.drop_table('group_changes')
    with op.batch_alter_table('learned_models', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_learned_models_run_id'))

    op.drop_table('learned_models')
