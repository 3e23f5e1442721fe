"""How many dossiers each agency has open on the portal is kept as reviews change it, and not counted after every reading."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_tally",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("dossiers", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "agency", name=op.f("pk_open_tally")),
        comment="How many of each agency's own dossiers are open on the portal, as last judged",
    )
    op.execute(
        "INSERT INTO open_tally (province_code, agency, dossiers) SELECT province_code, agency, count(*) FROM dossiers"
        " WHERE open_on_portal AND agency IS NOT NULL GROUP BY province_code, agency"
    )


def downgrade() -> None:
    op.drop_table("open_tally")
