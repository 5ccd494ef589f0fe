"""Keep earlier versions of the program from adding events that bear no signature.

Revision ID: 2026_11_28
Revises: 2026_11_27

Rules:
    * No table changes: from here on every transaction ends with a signed head that names the one before it. A
      program that does not know this must not write to the log, and a casebook with a revision that it does not
      know it refuses.
    * The event of the upgrade says from where on events are signed singly, and which heads there were before.
"""

from __future__ import annotations

revision = "2026_11_28"
down_revision = "2026_11_27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing but the revision."""


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
