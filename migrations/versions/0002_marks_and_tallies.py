"""What dossiers count for, the sums of each unit day by day, and what the catalogue says of each agency."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_tally",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("to_sync", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("on_time", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("online", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paper", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("digitised", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reused", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stored", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("population", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("received", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanting", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "view", "month", "agency", name=op.f("pk_agency_tally")),
        comment="The sum of the marks of a month and an agency",
    )
    op.create_table(
        "catalogue_counts",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", name=op.f("pk_catalogue_counts")),
        comment="What the portal's list of procedures says of each agency, counted when it was last read",
    )
    op.create_table(
        "marks",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local: of acceptance, of submission while it lies untouched"),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("to_sync", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("on_time", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("online", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paper", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("digitised", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stored", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("population", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("received", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_paid", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "code", "view", "position", name=op.f("pk_marks")),
        comment="What each dossier counts for, as it was last judged; tallies are its sums",
    )
    op.create_index(
        op.f("ix_marks_province_code_view_agency_day"), "marks", ["province_code", "view", "agency", "day"], unique=False
    )
    op.create_table(
        "procedure_tally",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("to_sync", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("on_time", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("online", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paper", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("digitised", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reused", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("stored", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("population", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("received", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("wanting", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "province_code", "view", "span", "starts_on", "agency", "procedure", name=op.f("pk_procedure_tally")
        ),
        comment="The sum of the marks of a span, an agency and a procedure; procedures counted once are counted here",
    )
    op.create_index(
        "ix_procedure_tally_service_paid",
        "procedure_tally",
        ["province_code", "view", "span", "starts_on", "agency", "procedure"],
        unique=False,
        postgresql_where=sa.text("service_paid > 0"),
    )
    op.create_index(
        "ix_procedure_tally_service_used",
        "procedure_tally",
        ["province_code", "view", "span", "starts_on", "agency", "procedure"],
        unique=False,
        postgresql_where=sa.text("service_used > 0"),
    )
    op.create_table(
        "score_days",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="2026, 2026-Q4 or 2026-11"),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local"),
        sa.Column("counted", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "view", "period", "agency", "day", name=op.f("pk_score_days")),
        comment="What was counted of each unit at the end of a day; a day on which nothing changed has no row",
    )


def downgrade() -> None:
    op.drop_table("score_days")
    op.drop_index("ix_procedure_tally_service_used", table_name="procedure_tally", postgresql_where=sa.text("service_used > 0"))
    op.drop_index("ix_procedure_tally_service_paid", table_name="procedure_tally", postgresql_where=sa.text("service_paid > 0"))
    op.drop_table("procedure_tally")
    op.drop_index(op.f("ix_marks_province_code_view_agency_day"), table_name="marks")
    op.drop_table("marks")
    op.drop_table("catalogue_counts")
    op.drop_table("agency_tally")
