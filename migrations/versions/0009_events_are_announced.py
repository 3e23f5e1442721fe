"""Who listens hears at once that there are events."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ANNOUNCE = """
CREATE FUNCTION outbox_announces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('watch766_events', province_code) FROM (SELECT DISTINCT province_code FROM added) AS provinces;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(_ANNOUNCE)
    op.execute(
        "CREATE TRIGGER outbox_announced AFTER INSERT ON outbox REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION outbox_announces()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER outbox_announced ON outbox")
    op.execute("DROP FUNCTION outbox_announces()")
