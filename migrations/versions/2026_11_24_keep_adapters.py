"""Keep the adapters that personalisation runs make.

Revision ID: 2026_11_24_adapters
Revises: 2026_11_24
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_adapters"
down_revision = "2026_11_24"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adapter",
        sa.Column("adapter_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("pack_name", sa.Text(), nullable=False),
        sa.Column("pack_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_adapter_sha256")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
            name=op.f("fk_adapter_run_id_run"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["subject.subject_id"],
            name=op.f("fk_adapter_subject_id_subject"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("adapter_id", name=op.f("pk_adapter")),
        sqlite_strict=True,
    )
    for column in ("run_id", "subject_id", "sha256"):
        op.create_index(op.f(f"ix_adapter_{column}"), "adapter", [column], unique=False)
    refusals = {
        "adapter_no_delete": ("DELETE", "", "adapter rows are never deleted"),
        "adapter_no_update": ("UPDATE", "", "adapter rows are never changed"),
        "adapter_no_replace": (
            "INSERT",
            " WHEN EXISTS (SELECT 1 FROM adapter WHERE adapter_id = NEW.adapter_id)",
            "adapter row exists already",
        ),
    }
    for name, (when, clause, reason) in refusals.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON adapter FOR EACH ROW{clause} "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("a casebook is never downgraded; use the backup made before the upgrade")
