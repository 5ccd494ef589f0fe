"""Keep consents and who is a relative of whom; let a case be a media production.

Revision ID: 2026_12_04
Revises: 2026_12_02

Rules:
    * What was consented to, and by whom, is never changed: a consent is withdrawn once, a relationship taken back once.
    * The rows of the cases stay as they are: only the text of their table's constraint is another one, which SQLite
      lets be edited where no stored byte depends on it (https://www.sqlite.org/lang_altertable.html, section 7).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_12_04"
down_revision = "2026_12_02"
branch_labels = None
depends_on = None

CONSENT_FACTS = (
    "consent_id, case_id, subject_id, purpose, given_by, scope, medium, valid_until, document, "
    "examiner, recorded_at"
)
RELATIONSHIP_FACTS = (
    "relationship_id, case_id, subject_id, relative_id, kinship, source, examiner, recorded_at"
)


def upgrade() -> None:
    _let_cases_be_productions()
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.Text(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("purpose IN ('media', 'relatives')", name=op.f("ck_consent_purpose")),
        _refers("consent", "case_id", "case.case_id"),
        _refers("consent", "subject_id", "subject.subject_id"),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_table(
        "relationship",
        sa.Column("relationship_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("relative_id", sa.Text(), nullable=False),
        sa.Column("kinship", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("tombstone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kinship IN ('mother', 'father', 'sister', 'brother', 'daughter', 'son')",
            name=op.f("ck_relationship_kinship"),
        ),
        sa.CheckConstraint("subject_id <> relative_id", name=op.f("ck_relationship_two_people")),
        _refers("relationship", "case_id", "case.case_id"),
        _refers("relationship", "subject_id", "subject.subject_id"),
        _refers("relationship", "relative_id", "subject.subject_id"),
        sa.PrimaryKeyConstraint("relationship_id", name=op.f("pk_relationship")),
        sqlite_strict=True,
    )
    for table in ("consent", "relationship"):
        for column in ("case_id", "subject_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    _guard("consent", CONSENT_FACTS, "OLD.withdrawn_at IS NOT NULL")
    _guard("relationship", RELATIONSHIP_FACTS, "OLD.tombstone_reason IS NOT NULL")


def _let_cases_be_productions() -> None:
    connection = op.get_bind()
    before, after = "'cold-case')", "'cold-case', 'media-production')"
    (version,) = connection.exec_driver_sql("PRAGMA schema_version").one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'case'",
        (before, after),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=op.f(f"fk_{table}_{column}_{target.partition('.')[0]}"),
        onupdate="RESTRICT",
        ondelete="RESTRICT",
    )


def _guard(table: str, facts: str, is_over: str) -> None:
    """Let a row be taken back once, and nothing else of it be changed."""
    refusals = {
        f"{table}_no_delete": ("DELETE", "", f"{table} rows are never deleted"),
        f"{table}_facts": (f"UPDATE OF {facts}", "", f"what a {table} says is never changed"),
        f"{table}_once": ("UPDATE", f" WHEN {is_over}", f"a {table} is taken back once"),
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
