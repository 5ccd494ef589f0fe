"""Alembic environment: runs migrations on the connection that the store hands over.

Rules:
    * The store has already begun an immediate transaction with foreign keys off; nothing here commits, so a
      failure anywhere rolls the whole upgrade back.
"""

from __future__ import annotations

from alembic import context

from forensic_app.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
