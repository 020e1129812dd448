"""Alembic's entry: run the migrations on the connection that ``geo.store.database`` hands over."""

from alembic import context

from geo.store.model import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
