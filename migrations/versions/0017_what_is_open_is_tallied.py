"""All that is open is tallied as reviews change it; what is untouched or ended late is found by indexes of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BEFORE = "How many of each agency's own dossiers are open on the portal, as last judged"
_AFTER = "How many of each agency's own dossiers are open on the portal or at home, and wait for what, as last judged"
_INDEXES = (
    ("ix_dossiers_ended_late", ["ended_at"], "ended_at IS NOT NULL AND late_from IS NOT NULL AND NOT apologised"),
    (
        "ix_dossiers_untouched",
        ["agency", "intake_by"],
        "ended_at IS NULL AND status IS NOT NULL AND intake_by IS NOT NULL AND taken_up_at IS NULL",
    ),
)
_WAITS = ("supplement", "payment", "stopped", "paused")
_COUNT = """
    INSERT INTO open_tally (province_code, agency, dossiers, open, supplement, payment, stopped, paused)
    SELECT province_code, agency, count(*) FILTER (WHERE open_on_portal), count(*) FILTER (WHERE is_open),
        count(*) FILTER (WHERE is_open AND waits_in = 5), count(*) FILTER (WHERE is_open AND waits_in = 6),
        count(*) FILTER (WHERE is_open AND waits_in = 8), count(*) FILTER (WHERE is_open AND waits_in = 11)
    FROM dossiers, LATERAL (
        SELECT ended_at IS NULL AND status IS NOT NULL AS is_open,
            CASE WHEN paused_since IS NOT NULL THEN coalesce(nullif(status, 0), portal_status) END AS waits_in
    ) AS stands
    WHERE agency IS NOT NULL AND (open_on_portal OR is_open) GROUP BY province_code, agency
"""


def upgrade() -> None:
    for name, columns, where in _INDEXES:  # before the tally is locked: reviews lock the dossiers first, too
        op.create_index(name, "dossiers", ["province_code", *columns], unique=False, postgresql_where=sa.text(where))
    for name in ("open", *_WAITS):
        op.add_column("open_tally", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.alter_column(
        "open_tally", "dossiers", existing_type=sa.BigInteger(), comment="open on the portal", existing_nullable=False
    )
    op.create_table_comment("open_tally", _AFTER, existing_comment=_BEFORE)
    op.execute("DELETE FROM open_tally")
    op.execute(_COUNT)


def downgrade() -> None:
    op.create_table_comment("open_tally", _BEFORE, existing_comment=_AFTER)
    op.alter_column("open_tally", "dossiers", existing_type=sa.BigInteger(), comment=None, existing_comment="open on the portal")
    for name in ("open", *_WAITS):
        op.drop_column("open_tally", name)
    for name, _, where in _INDEXES:
        op.drop_index(name, table_name="dossiers", postgresql_where=sa.text(where))
