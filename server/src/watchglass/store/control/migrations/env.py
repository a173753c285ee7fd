"""Run the migrations on the connection, and inside the transaction, that the upgrade opened."""

from alembic import context

from watchglass.store.control.tables import metadata

# batch mode lets later migrations alter tables on SQLite too, which can hardly alter any itself
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
