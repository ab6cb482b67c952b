"""the first schema"""

import sqlalchemy as sa
from alembic import op

from kb.audit import create_guards
from kb.models.base import UtcDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_entries',
    sa.Column('audit_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sequence', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('happened_at', UtcDateTime(), nullable=False),
    sa.Column('user_name', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('verb', sa.Text(), nullable=False),
    sa.Column('subject_table', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=True),
    sa.Column('after', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('previous_hash', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('audit_entry_id', name=op.f('pk_audit_entries')),
    sa.UniqueConstraint('sequence', name=op.f('uq_audit_entries_sequence'))
    )
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entries_happened_at'), ['happened_at'], unique=False)

    op.create_table('imports',
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('imported_at', UtcDateTime(), nullable=False),
    sa.Column('user_name', sa.Text(), nullable=False),
    sa.Column('preset', sa.Text(), nullable=False),
    sa.Column('preset_version', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('rows_read', sa.Integer(), nullable=False),
    sa.Column('rows_new', sa.Integer(), nullable=False),
    sa.Column('rows_changed', sa.Integer(), nullable=False),
    sa.Column('rows_same', sa.Integer(), nullable=False),
    sa.Column('rows_refused', sa.Integer(), nullable=False),
    sa.Column('undone_at', UtcDateTime(), nullable=True),
    sa.Column('undone_by', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('import_id', name=op.f('pk_imports'))
    )
    op.create_table('mapping_presets',
    sa.Column('mapping_preset_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('toml', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('mapping_preset_id', name=op.f('pk_mapping_presets')),
    sa.UniqueConstraint('name', name=op.f('uq_mapping_presets_name'))
    )
    op.create_table('meetings',
    sa.Column('meeting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('minutes', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('meeting_id', name=op.f('pk_meetings'))
    )
    op.create_table('objectives',
    sa.Column('objective_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('metric', sa.Text(), nullable=False),
    sa.Column('target', sa.Double(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('first_department', sa.Text(), nullable=False),
    sa.Column('second_department', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=True),
    sa.Column('baseline', sa.Double(), nullable=True),
    sa.Column('is_closed', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('first_department <> second_department', name=op.f('ck_objectives_two_owners')),
    sa.PrimaryKeyConstraint('objective_id', name=op.f('pk_objectives'))
    )
    with op.batch_alter_table('objectives', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_objectives_metric'), ['metric'], unique=False)

    op.create_table('revision',
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('data_revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('audit_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('audit_head', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('revision_id', name=op.f('pk_revision'))
    )
    op.create_table('runs',
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=False),
    sa.Column('finished_at', UtcDateTime(), nullable=True),
    sa.Column('data_revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('data_hash', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_runs'))
    )
    op.create_table('settings',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_settings'))
    )
    op.create_table('user_departments',
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'department', name=op.f('pk_user_departments'))
    )
    op.create_table('users',
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_users')),
    sa.UniqueConstraint('name', name=op.f('uq_users_name'))
    )
    op.create_table('actions',
    sa.Column('action_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('action_number', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('implemented_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('component', sa.Text(), nullable=True),
    sa.Column('defect_code', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_actions_import_id')),
    sa.PrimaryKeyConstraint('action_id', name=op.f('pk_actions')),
    sa.UniqueConstraint('action_number', name=op.f('uq_actions_action_number'))
    )
    with op.batch_alter_table('actions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_actions_opened_on'), ['opened_on'], unique=False)

    op.create_table('corrections',
    sa.Column('correction_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('said_at', UtcDateTime(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('taken_back_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_corrections_user_id')),
    sa.PrimaryKeyConstraint('correction_id', name=op.f('pk_corrections'))
    )
    with op.batch_alter_table('corrections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_corrections_user_id'), ['user_id'], unique=False)

    op.create_table('customers',
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('customer_number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('segment', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), nullable=True),
    sa.Column('since_on', sa.Date(), nullable=True),
    sa.Column('account_owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_owner_id'], ['users.user_id'], name=op.f('fk_customers_account_owner_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_customers_import_id')),
    sa.PrimaryKeyConstraint('customer_id', name=op.f('pk_customers')),
    sa.UniqueConstraint('customer_number', name=op.f('uq_customers_customer_number'))
    )
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customers_account_owner_id'), ['account_owner_id'], unique=False)

    op.create_table('decisions',
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('meeting_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('is_done', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.meeting_id'], name=op.f('fk_decisions_meeting_id')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_decisions'))
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_meeting_id'), ['meeting_id'], unique=False)

    op.create_table('exchange_events',
    sa.Column('exchange_event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('happened_at', UtcDateTime(), nullable=False),
    sa.Column('from_department', sa.Text(), nullable=False),
    sa.Column('to_department', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject_table', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_exchange_events_user_id')),
    sa.PrimaryKeyConstraint('exchange_event_id', name=op.f('pk_exchange_events'))
    )
    with op.batch_alter_table('exchange_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exchange_events_happened_at'), ['happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_exchange_events_user_id'), ['user_id'], unique=False)

    op.create_table('groups',
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('terms', sa.Text(), nullable=True),
    sa.Column('stability', sa.Double(), nullable=True),
    sa.Column('first_seen_on', sa.Date(), nullable=True),
    sa.Column('last_seen_on', sa.Date(), nullable=True),
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['runs.run_id'], name=op.f('fk_groups_run_id')),
    sa.PrimaryKeyConstraint('group_id', name=op.f('pk_groups'))
    )
    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groups_run_id'), ['run_id'], unique=False)

    op.create_table('import_changes',
    sa.Column('import_change_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('table_name', sa.Text(), nullable=False),
    sa.Column('row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('column_name', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=True),
    sa.Column('after', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_import_changes_import_id')),
    sa.PrimaryKeyConstraint('import_change_id', name=op.f('pk_import_changes'))
    )
    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_changes_import_id'), ['import_id'], unique=False)
        batch_op.create_index('ix_import_changes_row', ['table_name', 'row_id'], unique=False)

    op.create_table('import_files',
    sa.Column('import_file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('found', sa.Text(), nullable=False),
    sa.Column('table_name', sa.Text(), nullable=False),
    sa.Column('rows_read', sa.Integer(), nullable=False),
    sa.Column('rows_new', sa.Integer(), nullable=False),
    sa.Column('rows_changed', sa.Integer(), nullable=False),
    sa.Column('rows_same', sa.Integer(), nullable=False),
    sa.Column('rows_skipped', sa.Integer(), nullable=False),
    sa.Column('rows_refused', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_import_files_import_id')),
    sa.PrimaryKeyConstraint('import_file_id', name=op.f('pk_import_files'))
    )
    with op.batch_alter_table('import_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_files_import_id'), ['import_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_files_sha256'), ['sha256'], unique=False)

    op.create_table('refused_rows',
    sa.Column('refused_row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('column_name', sa.Text(), nullable=True),
    sa.Column('value', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_refused_rows_import_id')),
    sa.PrimaryKeyConstraint('refused_row_id', name=op.f('pk_refused_rows'))
    )
    with op.batch_alter_table('refused_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refused_rows_import_id'), ['import_id'], unique=False)

    op.create_table('sessions',
    sa.Column('session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.Column('revoked_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_sessions_user_id')),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sessions_token_hash'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_user_id'), ['user_id'], unique=False)

    op.create_table('sites',
    sa.Column('site_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('site_number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_sites_import_id')),
    sa.PrimaryKeyConstraint('site_id', name=op.f('pk_sites')),
    sa.UniqueConstraint('site_number', name=op.f('uq_sites_site_number'))
    )
    op.create_table('suppliers',
    sa.Column('supplier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('supplier_number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_suppliers_import_id')),
    sa.PrimaryKeyConstraint('supplier_id', name=op.f('pk_suppliers')),
    sa.UniqueConstraint('supplier_number', name=op.f('uq_suppliers_supplier_number'))
    )
    op.create_table('swaps',
    sa.Column('swap_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('first_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('second_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['first_user_id'], ['users.user_id'], name=op.f('fk_swaps_first_user_id')),
    sa.ForeignKeyConstraint(['second_user_id'], ['users.user_id'], name=op.f('fk_swaps_second_user_id')),
    sa.PrimaryKeyConstraint('swap_id', name=op.f('pk_swaps'))
    )
    with op.batch_alter_table('swaps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_swaps_first_user_id'), ['first_user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_swaps_second_user_id'), ['second_user_id'], unique=False)

    op.create_table('action_steps',
    sa.Column('action_step_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('action_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['actions.action_id'], name=op.f('fk_action_steps_action_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_action_steps_user_id')),
    sa.PrimaryKeyConstraint('action_step_id', name=op.f('pk_action_steps')),
    sa.UniqueConstraint('action_id', 'step', name=op.f('uq_action_steps_action_id_step'))
    )
    with op.batch_alter_table('action_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_action_steps_action_id'), ['action_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_action_steps_user_id'), ['user_id'], unique=False)

    op.create_table('links',
    sa.Column('link_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('symptom_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('rate_ratio', sa.Double(), nullable=True),
    sa.Column('ci_low', sa.Double(), nullable=True),
    sa.Column('ci_high', sa.Double(), nullable=True),
    sa.Column('q_value', sa.Double(), nullable=True),
    sa.Column('shared_lots', sa.Integer(), nullable=True),
    sa.Column('verdict', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['cause_id'], ['groups.group_id'], name=op.f('fk_links_cause_id')),
    sa.ForeignKeyConstraint(['symptom_id'], ['groups.group_id'], name=op.f('fk_links_symptom_id')),
    sa.PrimaryKeyConstraint('link_id', name=op.f('pk_links')),
    sa.UniqueConstraint('symptom_id', 'cause_id', name=op.f('uq_links_symptom_id_cause_id'))
    )
    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_links_cause_id'), ['cause_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_links_symptom_id'), ['symptom_id'], unique=False)

    op.create_table('memberships',
    sa.Column('membership_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('record_type', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.group_id'], name=op.f('fk_memberships_group_id')),
    sa.PrimaryKeyConstraint('membership_id', name=op.f('pk_memberships')),
    sa.UniqueConstraint('record_type', 'record_id', name=op.f('uq_memberships_record_type_record_id'))
    )
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_memberships_group_id'), ['group_id'], unique=False)

    op.create_table('products',
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('family', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('model', sa.Text(), nullable=True),
    sa.Column('site_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('unit_cost', sa.Double(), nullable=True),
    sa.Column('unit_price', sa.Double(), nullable=True),
    sa.Column('launched_on', sa.Date(), nullable=True),
    sa.Column('discontinued_on', sa.Date(), nullable=True),
    sa.Column('warranty_months', sa.Integer(), nullable=True),
    sa.Column('is_made', sa.Boolean(), nullable=True),
    sa.Column('is_sold', sa.Boolean(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_products_import_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.site_id'], name=op.f('fk_products_site_id')),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_products')),
    sa.UniqueConstraint('sku', name=op.f('uq_products_sku'))
    )
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_products_family'), ['family'], unique=False)
        batch_op.create_index(batch_op.f('ix_products_site_id'), ['site_id'], unique=False)

    op.create_table('sales_orders',
    sa.Column('sales_order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ordered_on', sa.Date(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_sales_orders_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_sales_orders_import_id')),
    sa.PrimaryKeyConstraint('sales_order_id', name=op.f('pk_sales_orders')),
    sa.UniqueConstraint('order_number', name=op.f('uq_sales_orders_order_number'))
    )
    with op.batch_alter_table('sales_orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sales_orders_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sales_orders_ordered_on'), ['ordered_on'], unique=False)

    op.create_table('signals',
    sa.Column('signal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('product_or_family', sa.Text(), nullable=True),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.Column('observed', sa.Double(), nullable=False),
    sa.Column('expected', sa.Double(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.group_id'], name=op.f('fk_signals_group_id')),
    sa.PrimaryKeyConstraint('signal_id', name=op.f('pk_signals'))
    )
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signals_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signals_raised_on'), ['raised_on'], unique=False)

    op.create_table('work_centers',
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('site_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_work_centers_import_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.site_id'], name=op.f('fk_work_centers_site_id')),
    sa.PrimaryKeyConstraint('work_center_id', name=op.f('pk_work_centers')),
    sa.UniqueConstraint('line', name=op.f('uq_work_centers_line'))
    )
    with op.batch_alter_table('work_centers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_centers_site_id'), ['site_id'], unique=False)

    op.create_table('answers',
    sa.Column('answer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('internal_text', sa.Text(), nullable=True),
    sa.Column('customer_text', sa.Text(), nullable=True),
    sa.Column('group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.group_id'], name=op.f('fk_answers_group_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_answers_product_id')),
    sa.PrimaryKeyConstraint('answer_id', name=op.f('pk_answers'))
    )
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answers_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answers_product_id'), ['product_id'], unique=False)

    op.create_table('capacities',
    sa.Column('capacity_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_capacities_import_id')),
    sa.ForeignKeyConstraint(['work_center_id'], ['work_centers.work_center_id'], name=op.f('fk_capacities_work_center_id')),
    sa.PrimaryKeyConstraint('capacity_id', name=op.f('pk_capacities')),
    sa.UniqueConstraint('work_center_id', 'month_on', name=op.f('uq_capacities_work_center_id_month_on'))
    )
    with op.batch_alter_table('capacities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_capacities_month_on'), ['month_on'], unique=False)

    op.create_table('feedback',
    sa.Column('feedback_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('feedback_number', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_feedback_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_feedback_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_feedback_product_id')),
    sa.PrimaryKeyConstraint('feedback_id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('feedback_number', name=op.f('uq_feedback_feedback_number'))
    )
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_received_on'), ['received_on'], unique=False)

    op.create_table('forecasts',
    sa.Column('forecast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('forecast_version', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_forecasts_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_forecasts_product_id')),
    sa.PrimaryKeyConstraint('forecast_id', name=op.f('pk_forecasts')),
    sa.UniqueConstraint('product_id', 'month_on', 'forecast_version', name=op.f('uq_forecasts_product_id_month_on_forecast_version'))
    )
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_forecasts_month_on'), ['month_on'], unique=False)

    op.create_table('materials',
    sa.Column('material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('material_number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('component', sa.Text(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_bought', sa.Boolean(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_materials_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_materials_product_id')),
    sa.PrimaryKeyConstraint('material_id', name=op.f('pk_materials')),
    sa.UniqueConstraint('material_number', name=op.f('uq_materials_material_number'))
    )
    with op.batch_alter_table('materials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_materials_product_id'), ['product_id'], unique=False)

    op.create_table('order_lines',
    sa.Column('order_line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sales_order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('amount', sa.Double(), nullable=True),
    sa.Column('requested_on', sa.Date(), nullable=True),
    sa.Column('promised_on', sa.Date(), nullable=True),
    sa.Column('is_cancelled', sa.Boolean(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_order_lines_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_order_lines_product_id')),
    sa.ForeignKeyConstraint(['sales_order_id'], ['sales_orders.sales_order_id'], name=op.f('fk_order_lines_sales_order_id')),
    sa.PrimaryKeyConstraint('order_line_id', name=op.f('pk_order_lines')),
    sa.UniqueConstraint('sales_order_id', 'line_number', name=op.f('uq_order_lines_sales_order_id_line_number'))
    )
    op.create_table('requests',
    sa.Column('request_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('request_number', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('amount', sa.Double(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_requests_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_requests_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_requests_product_id')),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_requests')),
    sa.UniqueConstraint('request_number', name=op.f('uq_requests_request_number'))
    )
    with op.batch_alter_table('requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_requests_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_requests_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_requests_received_on'), ['received_on'], unique=False)

    op.create_table('work_orders',
    sa.Column('work_order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('work_order_number', sa.Text(), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quantity_planned', sa.Double(), nullable=True),
    sa.Column('quantity_good', sa.Double(), nullable=True),
    sa.Column('quantity_scrapped', sa.Double(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_work_orders_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_work_orders_product_id')),
    sa.ForeignKeyConstraint(['work_center_id'], ['work_centers.work_center_id'], name=op.f('fk_work_orders_work_center_id')),
    sa.PrimaryKeyConstraint('work_order_id', name=op.f('pk_work_orders')),
    sa.UniqueConstraint('work_order_number', name=op.f('uq_work_orders_work_order_number'))
    )
    with op.batch_alter_table('work_orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_orders_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_work_orders_started_on'), ['started_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_work_orders_work_center_id'), ['work_center_id'], unique=False)

    op.create_table('bom_lines',
    sa.Column('bom_line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bom_line_number', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('valid_from_on', sa.Date(), nullable=True),
    sa.Column('valid_to_on', sa.Date(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_bom_lines_import_id')),
    sa.ForeignKeyConstraint(['material_id'], ['materials.material_id'], name=op.f('fk_bom_lines_material_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_bom_lines_product_id')),
    sa.PrimaryKeyConstraint('bom_line_id', name=op.f('pk_bom_lines')),
    sa.UniqueConstraint('product_id', 'material_id', 'bom_line_number', name=op.f('uq_bom_lines_product_id_material_id_bom_line_number'))
    )
    with op.batch_alter_table('bom_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bom_lines_material_id'), ['material_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_bom_lines_product_id'), ['product_id'], unique=False)

    op.create_table('lots',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lot_number', sa.Text(), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work_order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('shift', sa.Text(), nullable=True),
    sa.Column('quantity_planned', sa.Double(), nullable=True),
    sa.Column('quantity_good', sa.Double(), nullable=True),
    sa.Column('quantity_scrapped', sa.Double(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_lots_import_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_lots_product_id')),
    sa.ForeignKeyConstraint(['work_center_id'], ['work_centers.work_center_id'], name=op.f('fk_lots_work_center_id')),
    sa.ForeignKeyConstraint(['work_order_id'], ['work_orders.work_order_id'], name=op.f('fk_lots_work_order_id')),
    sa.PrimaryKeyConstraint('lot_id', name=op.f('pk_lots')),
    sa.UniqueConstraint('lot_number', name=op.f('uq_lots_lot_number'))
    )
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lots_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lots_started_on'), ['started_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_lots_work_center_id'), ['work_center_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lots_work_order_id'), ['work_order_id'], unique=False)

    op.create_table('purchase_receipts',
    sa.Column('purchase_receipt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('receipt_number', sa.Text(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('supplier_lot_number', sa.Text(), nullable=True),
    sa.Column('ordered_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('quantity_ordered', sa.Double(), nullable=True),
    sa.Column('quantity_received', sa.Double(), nullable=True),
    sa.Column('quantity_rejected', sa.Double(), nullable=True),
    sa.Column('unit_cost', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_purchase_receipts_import_id')),
    sa.ForeignKeyConstraint(['material_id'], ['materials.material_id'], name=op.f('fk_purchase_receipts_material_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.supplier_id'], name=op.f('fk_purchase_receipts_supplier_id')),
    sa.PrimaryKeyConstraint('purchase_receipt_id', name=op.f('pk_purchase_receipts')),
    sa.UniqueConstraint('receipt_number', name=op.f('uq_purchase_receipts_receipt_number'))
    )
    with op.batch_alter_table('purchase_receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purchase_receipts_material_id'), ['material_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_receipts_received_on'), ['received_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchase_receipts_supplier_id'), ['supplier_id'], unique=False)

    op.create_table('stock_levels',
    sa.Column('stock_level_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('stock_number', sa.Text(), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('location', sa.Text(), nullable=True),
    sa.Column('counted_on', sa.Date(), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('amount', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_stock_levels_import_id')),
    sa.ForeignKeyConstraint(['material_id'], ['materials.material_id'], name=op.f('fk_stock_levels_material_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_stock_levels_product_id')),
    sa.PrimaryKeyConstraint('stock_level_id', name=op.f('pk_stock_levels')),
    sa.UniqueConstraint('stock_number', name=op.f('uq_stock_levels_stock_number'))
    )
    with op.batch_alter_table('stock_levels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_levels_counted_on'), ['counted_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_levels_material_id'), ['material_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_levels_product_id'), ['product_id'], unique=False)

    op.create_table('inspections',
    sa.Column('inspection_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('inspection_number', sa.Text(), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('station', sa.Text(), nullable=True),
    sa.Column('inspected_on', sa.Date(), nullable=True),
    sa.Column('quantity_inspected', sa.Double(), nullable=True),
    sa.Column('quantity_rejected', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_inspections_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_inspections_lot_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_inspections_product_id')),
    sa.PrimaryKeyConstraint('inspection_id', name=op.f('pk_inspections')),
    sa.UniqueConstraint('inspection_number', name=op.f('uq_inspections_inspection_number'))
    )
    with op.batch_alter_table('inspections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inspections_inspected_on'), ['inspected_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_inspections_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_inspections_product_id'), ['product_id'], unique=False)

    op.create_table('lot_materials',
    sa.Column('lot_material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('material_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('supplier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('supplier_lot_number', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_lot_materials_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_lot_materials_lot_id')),
    sa.ForeignKeyConstraint(['material_id'], ['materials.material_id'], name=op.f('fk_lot_materials_material_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.supplier_id'], name=op.f('fk_lot_materials_supplier_id')),
    sa.PrimaryKeyConstraint('lot_material_id', name=op.f('pk_lot_materials')),
    sa.UniqueConstraint('lot_id', 'material_id', 'supplier_lot_number', name=op.f('uq_lot_materials_lot_id_material_id_supplier_lot_number'))
    )
    with op.batch_alter_table('lot_materials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lot_materials_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lot_materials_material_id'), ['material_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lot_materials_supplier_id'), ['supplier_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lot_materials_supplier_lot_number'), ['supplier_lot_number'], unique=False)

    op.create_table('nonconformances',
    sa.Column('nonconformance_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('nonconformance_number', sa.Text(), nullable=False),
    sa.Column('detected_at', UtcDateTime(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('work_order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('work_center_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('shift', sa.Text(), nullable=True),
    sa.Column('station', sa.Text(), nullable=True),
    sa.Column('defect_code', sa.Text(), nullable=True),
    sa.Column('disposition', sa.Text(), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('cost', sa.Double(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_nonconformances_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_nonconformances_lot_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_nonconformances_product_id')),
    sa.ForeignKeyConstraint(['work_center_id'], ['work_centers.work_center_id'], name=op.f('fk_nonconformances_work_center_id')),
    sa.ForeignKeyConstraint(['work_order_id'], ['work_orders.work_order_id'], name=op.f('fk_nonconformances_work_order_id')),
    sa.PrimaryKeyConstraint('nonconformance_id', name=op.f('pk_nonconformances')),
    sa.UniqueConstraint('nonconformance_number', name=op.f('uq_nonconformances_nonconformance_number'))
    )
    with op.batch_alter_table('nonconformances', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_nonconformances_detected_at'), ['detected_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_nonconformances_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_nonconformances_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_nonconformances_work_center_id'), ['work_center_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_nonconformances_work_order_id'), ['work_order_id'], unique=False)

    op.create_table('recalls',
    sa.Column('recall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('recall_number', sa.Text(), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('severity', sa.Text(), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_recalls_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_recalls_lot_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_recalls_product_id')),
    sa.PrimaryKeyConstraint('recall_id', name=op.f('pk_recalls')),
    sa.UniqueConstraint('recall_number', name=op.f('uq_recalls_recall_number'))
    )
    with op.batch_alter_table('recalls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recalls_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recalls_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recalls_started_on'), ['started_on'], unique=False)

    op.create_table('returns',
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('return_number', sa.Text(), nullable=False),
    sa.Column('returned_on', sa.Date(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('order_line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sold_on', sa.Date(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('credit', sa.Double(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('finding', sa.Text(), nullable=True),
    sa.Column('is_no_trouble_found', sa.Boolean(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_returns_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_returns_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_returns_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.order_line_id'], name=op.f('fk_returns_order_line_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_returns_product_id')),
    sa.PrimaryKeyConstraint('return_id', name=op.f('pk_returns')),
    sa.UniqueConstraint('return_number', name=op.f('uq_returns_return_number'))
    )
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_returns_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_returns_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_returns_order_line_id'), ['order_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_returns_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_returns_returned_on'), ['returned_on'], unique=False)

    op.create_table('shipments',
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('shipment_number', sa.Text(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('quantity', sa.Double(), nullable=True),
    sa.Column('amount', sa.Double(), nullable=True),
    sa.Column('shipped_on', sa.Date(), nullable=True),
    sa.Column('delivered_on', sa.Date(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_shipments_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_shipments_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_shipments_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.order_line_id'], name=op.f('fk_shipments_order_line_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_shipments_product_id')),
    sa.PrimaryKeyConstraint('shipment_id', name=op.f('pk_shipments')),
    sa.UniqueConstraint('shipment_number', name=op.f('uq_shipments_shipment_number'))
    )
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.create_index('ix_shipments_customer_product', ['customer_id', 'product_id', 'shipped_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_order_line_id'), ['order_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_shipped_on'), ['shipped_on'], unique=False)

    op.create_table('complaints',
    sa.Column('complaint_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('complaint_number', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('severity', sa.Integer(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('import_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.customer_id'], name=op.f('fk_complaints_customer_id')),
    sa.ForeignKeyConstraint(['import_id'], ['imports.import_id'], name=op.f('fk_complaints_import_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.lot_id'], name=op.f('fk_complaints_lot_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.product_id'], name=op.f('fk_complaints_product_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.return_id'], name=op.f('fk_complaints_return_id')),
    sa.PrimaryKeyConstraint('complaint_id', name=op.f('pk_complaints')),
    sa.UniqueConstraint('complaint_number', name=op.f('uq_complaints_complaint_number'))
    )
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaints_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaints_lot_id'), ['lot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaints_product_id'), ['product_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaints_received_on'), ['received_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaints_return_id'), ['return_id'], unique=False)

    op.create_table('field_allocations',
    sa.Column('field_allocation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('complaint_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('shipment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('share', sa.Double(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.complaint_id'], name=op.f('fk_field_allocations_complaint_id')),
    sa.ForeignKeyConstraint(['return_id'], ['returns.return_id'], name=op.f('fk_field_allocations_return_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.shipment_id'], name=op.f('fk_field_allocations_shipment_id')),
    sa.PrimaryKeyConstraint('field_allocation_id', name=op.f('pk_field_allocations'))
    )
    with op.batch_alter_table('field_allocations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_field_allocations_complaint_id'), ['complaint_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_allocations_return_id'), ['return_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_field_allocations_shipment_id'), ['shipment_id'], unique=False)


    create_guards(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table('field_allocations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_field_allocations_shipment_id'))
        batch_op.drop_index(batch_op.f('ix_field_allocations_return_id'))
        batch_op.drop_index(batch_op.f('ix_field_allocations_complaint_id'))

    op.drop_table('field_allocations')
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaints_return_id'))
        batch_op.drop_index(batch_op.f('ix_complaints_received_on'))
        batch_op.drop_index(batch_op.f('ix_complaints_product_id'))
        batch_op.drop_index(batch_op.f('ix_complaints_lot_id'))
        batch_op.drop_index(batch_op.f('ix_complaints_customer_id'))

    op.drop_table('complaints')
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shipments_shipped_on'))
        batch_op.drop_index(batch_op.f('ix_shipments_product_id'))
        batch_op.drop_index(batch_op.f('ix_shipments_order_line_id'))
        batch_op.drop_index(batch_op.f('ix_shipments_lot_id'))
        batch_op.drop_index('ix_shipments_customer_product')

    op.drop_table('shipments')
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_returns_returned_on'))
        batch_op.drop_index(batch_op.f('ix_returns_product_id'))
        batch_op.drop_index(batch_op.f('ix_returns_order_line_id'))
        batch_op.drop_index(batch_op.f('ix_returns_lot_id'))
        batch_op.drop_index(batch_op.f('ix_returns_customer_id'))

    op.drop_table('returns')
    with op.batch_alter_table('recalls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recalls_started_on'))
        batch_op.drop_index(batch_op.f('ix_recalls_product_id'))
        batch_op.drop_index(batch_op.f('ix_recalls_lot_id'))

    op.drop_table('recalls')
    with op.batch_alter_table('nonconformances', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_nonconformances_work_order_id'))
        batch_op.drop_index(batch_op.f('ix_nonconformances_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_nonconformances_product_id'))
        batch_op.drop_index(batch_op.f('ix_nonconformances_lot_id'))
        batch_op.drop_index(batch_op.f('ix_nonconformances_detected_at'))

    op.drop_table('nonconformances')
    with op.batch_alter_table('lot_materials', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lot_materials_supplier_lot_number'))
        batch_op.drop_index(batch_op.f('ix_lot_materials_supplier_id'))
        batch_op.drop_index(batch_op.f('ix_lot_materials_material_id'))
        batch_op.drop_index(batch_op.f('ix_lot_materials_lot_id'))

    op.drop_table('lot_materials')
    with op.batch_alter_table('inspections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inspections_product_id'))
        batch_op.drop_index(batch_op.f('ix_inspections_lot_id'))
        batch_op.drop_index(batch_op.f('ix_inspections_inspected_on'))

    op.drop_table('inspections')
    with op.batch_alter_table('stock_levels', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_levels_product_id'))
        batch_op.drop_index(batch_op.f('ix_stock_levels_material_id'))
        batch_op.drop_index(batch_op.f('ix_stock_levels_counted_on'))

    op.drop_table('stock_levels')
    with op.batch_alter_table('purchase_receipts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purchase_receipts_supplier_id'))
        batch_op.drop_index(batch_op.f('ix_purchase_receipts_received_on'))
        batch_op.drop_index(batch_op.f('ix_purchase_receipts_material_id'))

    op.drop_table('purchase_receipts')
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lots_work_order_id'))
        batch_op.drop_index(batch_op.f('ix_lots_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_lots_started_on'))
        batch_op.drop_index(batch_op.f('ix_lots_product_id'))

    op.drop_table('lots')
    with op.batch_alter_table('bom_lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bom_lines_product_id'))
        batch_op.drop_index(batch_op.f('ix_bom_lines_material_id'))

    op.drop_table('bom_lines')
    with op.batch_alter_table('work_orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_work_orders_work_center_id'))
        batch_op.drop_index(batch_op.f('ix_work_orders_started_on'))
        batch_op.drop_index(batch_op.f('ix_work_orders_product_id'))

    op.drop_table('work_orders')
    with op.batch_alter_table('requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requests_received_on'))
        batch_op.drop_index(batch_op.f('ix_requests_product_id'))
        batch_op.drop_index(batch_op.f('ix_requests_customer_id'))

    op.drop_table('requests')
    op.drop_table('order_lines')
    with op.batch_alter_table('materials', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_materials_product_id'))

    op.drop_table('materials')
    with op.batch_alter_table('forecasts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_forecasts_month_on'))

    op.drop_table('forecasts')
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_received_on'))
        batch_op.drop_index(batch_op.f('ix_feedback_product_id'))
        batch_op.drop_index(batch_op.f('ix_feedback_customer_id'))

    op.drop_table('feedback')
    with op.batch_alter_table('capacities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_capacities_month_on'))

    op.drop_table('capacities')
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answers_product_id'))
        batch_op.drop_index(batch_op.f('ix_answers_group_id'))

    op.drop_table('answers')
    with op.batch_alter_table('work_centers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_work_centers_site_id'))

    op.drop_table('work_centers')
    with op.batch_alter_table('signals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signals_raised_on'))
        batch_op.drop_index(batch_op.f('ix_signals_group_id'))

    op.drop_table('signals')
    with op.batch_alter_table('sales_orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sales_orders_ordered_on'))
        batch_op.drop_index(batch_op.f('ix_sales_orders_customer_id'))

    op.drop_table('sales_orders')
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_products_site_id'))
        batch_op.drop_index(batch_op.f('ix_products_family'))

    op.drop_table('products')
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_memberships_group_id'))

    op.drop_table('memberships')
    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_links_symptom_id'))
        batch_op.drop_index(batch_op.f('ix_links_cause_id'))

    op.drop_table('links')
    with op.batch_alter_table('action_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_steps_user_id'))
        batch_op.drop_index(batch_op.f('ix_action_steps_action_id'))

    op.drop_table('action_steps')
    with op.batch_alter_table('swaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_swaps_second_user_id'))
        batch_op.drop_index(batch_op.f('ix_swaps_first_user_id'))

    op.drop_table('swaps')
    op.drop_table('suppliers')
    op.drop_table('sites')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_user_id'))

    op.drop_table('sessions')
    with op.batch_alter_table('refused_rows', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refused_rows_import_id'))

    op.drop_table('refused_rows')
    with op.batch_alter_table('import_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_files_sha256'))
        batch_op.drop_index(batch_op.f('ix_import_files_import_id'))

    op.drop_table('import_files')
    with op.batch_alter_table('import_changes', schema=None) as batch_op:
        batch_op.drop_index('ix_import_changes_row')
        batch_op.drop_index(batch_op.f('ix_import_changes_import_id'))

    op.drop_table('import_changes')
    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groups_run_id'))

    op.drop_table('groups')
    with op.batch_alter_table('exchange_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exchange_events_user_id'))
        batch_op.drop_index(batch_op.f('ix_exchange_events_happened_at'))

    op.drop_table('exchange_events')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_meeting_id'))

    op.drop_table('decisions')
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customers_account_owner_id'))

    op.drop_table('customers')
    with op.batch_alter_table('corrections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_corrections_user_id'))

    op.drop_table('corrections')
    with op.batch_alter_table('actions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_actions_opened_on'))

    op.drop_table('actions')
    op.drop_table('users')
    op.drop_table('user_departments')
    op.drop_table('settings')
    op.drop_table('runs')
    op.drop_table('revision')
    with op.batch_alter_table('objectives', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_objectives_metric'))

    op.drop_table('objectives')
    op.drop_table('meetings')
    op.drop_table('mapping_presets')
    op.drop_table('imports')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_happened_at'))

    op.drop_table('audit_entries')
