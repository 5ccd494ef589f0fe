"""Keep galleries: sets of faces of known people, in batches whose files lie in the vault.

Revision ID: 2026_11_29
Revises: 2026_11_28

Rules:
    * One row for each batch of up to 256 faces; who they are stands in the batch's file, under its SHA-256.
    * No row is ever changed or deleted: a face that is taken out has a removal, and its files stay.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29"
down_revision = "2026_11_28"
branch_labels = None
depends_on = None

TABLES = ("gallery", "gallery_batch", "gallery_removal")


def upgrade() -> None:
    op.create_table(
        "gallery",
        sa.Column("gallery_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(collation="NOCASE"), nullable=False),
        sa.Column("analyser", sa.Text(), nullable=False),
        sa.Column("analyser_version", sa.Text(), nullable=False),
        sa.Column("weights_sha256", sa.Text(), nullable=False),
        sa.Column("pack_name", sa.Text(), nullable=False),
        sa.Column("embedding_size", sa.Integer(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", name=op.f("pk_gallery")),
        sa.UniqueConstraint("name", name=op.f("uq_gallery_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "gallery_batch",
        sa.Column("gallery_batch_id", sa.Text(), nullable=False),
        sa.Column("gallery_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("face_count", sa.Integer(), nullable=False),
        sa.Column("derived_count", sa.Integer(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_gallery_batch_sha256")),
        _of_gallery("gallery_batch"),
        sa.PrimaryKeyConstraint("gallery_batch_id", name=op.f("pk_gallery_batch")),
        sa.UniqueConstraint("gallery_id", "sha256", name=op.f("uq_gallery_batch_gallery_id_sha256")),
        sqlite_strict=True,
    )
    op.create_table(
        "gallery_removal",
        sa.Column("gallery_removal_id", sa.Text(), nullable=False),
        sa.Column("gallery_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("faces", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=False),
        _of_gallery("gallery_removal"),
        sa.PrimaryKeyConstraint("gallery_removal_id", name=op.f("pk_gallery_removal")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_gallery_removal_gallery_id"), "gallery_removal", ["gallery_id"], unique=False)
    for table in TABLES:
        _refuse_changes(table)


def _of_gallery(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["gallery_id"],
        ["gallery.gallery_id"],
        name=op.f(f"fk_{table}_gallery_id_gallery"),
        onupdate="RESTRICT",
        ondelete="RESTRICT",
    )


def _refuse_changes(table: str) -> None:
    refusals = {
        f"{table}_no_delete": ("DELETE", "", f"{table} rows are never deleted"),
        f"{table}_no_update": ("UPDATE", "", f"{table} rows are never changed"),
        f"{table}_no_replace": (
            "INSERT",
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {table}_id = NEW.{table}_id)",
            f"{table} row exists already",
        ),
    }
    for name, (when, clause, reason) in refusals.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW{clause} "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
