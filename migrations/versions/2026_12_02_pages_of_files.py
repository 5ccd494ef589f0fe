"""Keep which page of a file an exhibit is, and that page as a picture of its own.

Revision ID: 2026_12_02
Revises: 2026_11_29

Rules:
    * The columns stand last and are empty in exhibits of before: their digests stay what they are.
    * A page is a fact of receipt like the file: it is never changed.
    * The same picture is received once, be it a file or a page of one; two pages of one file are two exhibits.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02"
down_revision = "2026_11_29"
branch_labels = None
depends_on = None

EXHIBIT_FACTS = (
    "exhibit_id, case_id, sha256, size_bytes, media_type, width_px, height_px, original_name, "
    "received_at, exif, page, page_sha256, page_size_bytes"
)


def upgrade() -> None:
    op.add_column("exhibit", sa.Column("page", sa.Integer(), nullable=True))
    op.add_column("exhibit", sa.Column("page_sha256", sa.Text(), nullable=True))
    op.add_column("exhibit", sa.Column("page_size_bytes", sa.Integer(), nullable=True))
    op.drop_index("uq_exhibit_sha256", "exhibit")
    op.create_index(
        "uq_exhibit_sha256",
        "exhibit",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("tombstone_reason IS NULL AND page_sha256 IS NULL"),
    )
    op.create_index(
        "uq_exhibit_page_sha256",
        "exhibit",
        ["page_sha256"],
        unique=True,
        sqlite_where=sa.text("tombstone_reason IS NULL AND page_sha256 IS NOT NULL"),
    )
    op.execute("DROP TRIGGER exhibit_facts")
    op.execute(
        f'CREATE TRIGGER exhibit_facts BEFORE UPDATE OF {EXHIBIT_FACTS} ON "exhibit" FOR EACH ROW '
        "BEGIN SELECT RAISE(ABORT, 'facts of receipt are never changed'); END"
    )


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
