"""The tables of the record, and the triggers that keep the log append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
LOG = ("change", "revision")


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "feature",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("source_file", sa.String(200), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "revision",
        sa.Column("change_id", sa.Integer, sa.ForeignKey("change.id"), primary_key=True),
        sa.Column("feature_id", sa.String(60), sa.ForeignKey("feature.id"), primary_key=True),
        sa.Column("path", sa.String(120), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("was", sa.Text),
        sa.Column("became", sa.Text),
    )
    op.create_index("revision_by_feature", "revision", ["feature_id", "version"])
    op.create_table(
        "followed",
        sa.Column("file", sa.String(200), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "shipped",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
    )
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away; only ever asked for where they are empty."""
    for table in ("shipped", "followed", "revision", "change", "feature"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_is_append_only()")


def _append_only(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
            for table in LOG
            for act in ("UPDATE", "DELETE")
        ]
    refuse = (
        "CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"
    )
    return [refuse] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()"
        for table in LOG
    ]
