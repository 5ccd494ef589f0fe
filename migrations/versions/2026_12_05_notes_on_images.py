"""Keep notes, arrows and measured lines that examiners place on pictures.

Revision ID: 2026_12_05
Revises: 2026_12_04

Rules:
    * No row is ever changed or deleted: another wording, another place and a withdrawal are rows of their own, each
      with a reason and the version that it follows.
    * A version is followed once: there is one newest version of each note.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_12_05"
down_revision = "2026_12_04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "image_note",
        sa.Column("image_note_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("exhibit_id", sa.Text(), nullable=False),
        sa.Column("derived_image_id", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("eyes", sa.Text(), nullable=True),
        sa.Column("eyes_origin", sa.Text(), nullable=False),
        sa.Column("revises", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_image_note_sha256")),
        _refers("case_id", "case"),
        _refers("exhibit_id", "exhibit"),
        _refers("derived_image_id", "derived_image"),
        _refers("revises", "image_note", "image_note_id"),
        sa.PrimaryKeyConstraint("image_note_id", name=op.f("pk_image_note")),
        sa.UniqueConstraint("revises", name=op.f("uq_image_note_revises")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_image_note_case_id"), "image_note", ["case_id"], unique=False)
    refusals = {
        "no_delete": ("DELETE", "", "image_note rows are never deleted"),
        "no_update": ("UPDATE", "", "image_note rows are never changed"),
        "no_replace": (
            "INSERT",
            " WHEN EXISTS (SELECT 1 FROM image_note WHERE image_note_id = NEW.image_note_id "
            "OR revises = NEW.revises)",
            "image_note row exists already",
        ),
    }
    for name, (when, clause, reason) in refusals.items():
        op.execute(
            f"CREATE TRIGGER image_note_{name} BEFORE {when} ON image_note FOR EACH ROW{clause} "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )


def _refers(column: str, table: str, key: str = "") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{table}.{key or column}"],
        name=op.f(f"fk_image_note_{column}_{table}"),
        onupdate="RESTRICT",
        ondelete="RESTRICT",
    )


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
