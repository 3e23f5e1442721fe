"""Keys to the API, and who did what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_REFUSE = """
CREATE FUNCTION audit_log_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False, comment="the part of the key that may be shown; it is looked up by it"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the whole key, which nobody keeps"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True, comment="sees this agency and those below it; null: the whole province"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "prefix", name=op.f("pk_api_keys")),
        comment="Keys to the API. last_used_at is written at most once a minute",
    )
    op.create_table(
        "audit_log",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="key:<prefix>, token:<subject> or command:<user>"),
        sa.Column("action", sa.Text(), nullable=False, comment="what was done: key.created"),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it was done to: key:<prefix>, webhook:<id>, alert:<id>"),
        sa.Column("agency", sa.Text(), nullable=True, comment="whose it is; null: the whole province's"),
        sa.Column("request_id", sa.Text(), nullable=True, comment="null where it was no request"),
        sa.Column("details", postgresql.JSONB(), nullable=False, comment="never a secret"),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_audit_log")),
        comment="Who did what. Append-only: triggers refuse every change and deletion",
    )
    op.create_index(op.f("ix_audit_log_province_code_subject_id"), "audit_log", ["province_code", "subject", "id"], unique=False)
    op.create_index(op.f("ix_audit_log_province_code_actor_id"), "audit_log", ["province_code", "actor", "id"], unique=False)
    op.execute(_REFUSE)
    for name, what, each in (("row", "UPDATE OR DELETE", "ROW"), ("all", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_log_append_only_{name} BEFORE {what} ON audit_log"
            f" FOR EACH {each} EXECUTE FUNCTION audit_log_refuses()"
        )


def downgrade() -> None:
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION audit_log_refuses()")
    op.drop_table("api_keys")
