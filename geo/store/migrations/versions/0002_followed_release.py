"""Which release's projects file the record followed last, so that an older release does not follow over it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what was followed until now came from a release before all that are numbered."""
    op.add_column("followed", sa.Column("release", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget the release."""
    op.drop_column("followed", "release")
