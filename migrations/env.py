"""What Alembic runs: the revisions, on the connection that `migrations.run` hands over, in one transaction."""

from alembic import context

from migrations.tables import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    transaction_per_migration=False,
    transactional_ddl=True,  # SQLite can too, since our engine begins its transactions itself
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
