"""Let what an examiner states about a photograph be amended.

Revision ID: 2026_11_27
Revises: 2026_11_24_adapters

Rules:
    * What was received, and when, is never changed: identifier, case, bytes, size, name, metadata.
    * Number, subject, source, way of receipt, date, age and remarks are statements; a change of one is found by
      ``verify`` unless a custody event holds the new state.
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_27"
down_revision = "2026_11_24_adapters"
branch_labels = None
depends_on = None

EXHIBIT_FACTS = (
    "exhibit_id, case_id, sha256, size_bytes, media_type, width_px, height_px, original_name, "
    "received_at, exif"
)


def upgrade() -> None:
    op.execute("DROP TRIGGER exhibit_facts")
    op.execute(
        f'CREATE TRIGGER exhibit_facts BEFORE UPDATE OF {EXHIBIT_FACTS} ON "exhibit" FOR EACH ROW '
        "BEGIN SELECT RAISE(ABORT, 'facts of receipt are never changed'); END"
    )


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
