"""Create the casebook.

Revision ID: 2026_11_24
Revises: nothing

Rules:
    * Custody events and checkpoints: no UPDATE, no DELETE, and an INSERT only of the next number, so that
      ``INSERT OR REPLACE`` cannot replace a row even on a connection without ``recursive_triggers``.
    * Records: no DELETE, no INSERT over an existing identifier, no UPDATE of facts and finished work.
    * A later migration that alters a table in batch mode must re-create the table's triggers from their text
      in ``sqlite_master``; the store refuses an upgrade after which a trigger is gone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24"
down_revision = None
branch_labels = None
depends_on = None

APPLICATION_ID = 0x46417070

RECORD_KEYS = {
    "meta": "casebook_id",
    "examiner": "examiner_id",
    "signing_key": "key_id",
    "case": "case_id",
    "subject": "subject_id",
    "exhibit": "exhibit_id",
    "run": "run_id",
    "derived_image": "derived_image_id",
    "licence_acceptance": "licence_acceptance_id",
    "report": "report_id",
}
NEVER_CHANGED = ("examiner", "signing_key", "derived_image", "licence_acceptance", "report")
EXHIBIT_FACTS = (
    "exhibit_id, exhibit_number, case_id, subject_id, sha256, size_bytes, media_type, width_px, height_px, "
    "original_name, source, received_how, received_at, photo_date, age_at_photo, exif, notes"
)
META_FACTS = "casebook_id, origin, created_at, created_by_version"
RUN_FACTS = "run_id, case_id, exhibit_id, spec, examiner, queued_at"


def upgrade() -> None:
    _create_case()
    _create_custody_event()
    _create_examiner()
    _create_licence_acceptance()
    _create_meta()
    _create_signing_key()
    _create_checkpoint()
    _create_report()
    _create_subject()
    _create_exhibit()
    _create_run()
    _create_derived_image()
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "words, case_id UNINDEXED, subject_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', "
        "prefix = '1 2 3')"
    )
    _create_log_triggers()
    _create_record_triggers()
    op.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _create_case() -> None:
    op.create_table(
        "case",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(collation="NOCASE"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("authorization", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("tombstone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('missing-person', 'cold-case')", name=op.f("ck_case_kind")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_case_status")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case")),
        sa.UniqueConstraint("case_number", name=op.f("uq_case_case_number")),
        sqlite_strict=True,
    )


def _create_custody_event() -> None:
    op.create_table(
        "custody_event",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_custody_event")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_custody_event_case_id"), "custody_event", ["case_id"], unique=False)
    op.create_index("ix_custody_event_object", "custody_event", ["object_type", "object_id"], unique=False)


def _create_examiner() -> None:
    op.create_table(
        "examiner",
        sa.Column("examiner_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("examiner_id", name=op.f("pk_examiner")),
        sa.UniqueConstraint("name", name=op.f("uq_examiner_name")),
        sqlite_strict=True,
    )


def _create_licence_acceptance() -> None:
    op.create_table(
        "licence_acceptance",
        sa.Column("licence_acceptance_id", sa.Text(), nullable=False),
        sa.Column("pack_name", sa.Text(), nullable=False),
        sa.Column("pack_sha256", sa.Text(), nullable=False),
        sa.Column("licence_sha256", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("licence_acceptance_id", name=op.f("pk_licence_acceptance")),
        sa.UniqueConstraint("pack_sha256", name=op.f("uq_licence_acceptance_pack_sha256")),
        sqlite_strict=True,
    )


def _create_meta() -> None:
    op.create_table(
        "meta",
        sa.Column("casebook_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by_version", sa.Text(), nullable=False),
        sa.Column("schema_digests", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("casebook_id", name=op.f("pk_meta")),
        sqlite_strict=True,
    )


def _create_signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_key_hex", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_signing_key")),
        sqlite_strict=True,
    )


def _create_checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root_sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["signing_key.key_id"],
            name=op.f("fk_checkpoint_key_id_signing_key"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
        sqlite_strict=True,
    )


def _create_report() -> None:
    op.create_table(
        "report",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("report_number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_report_sha256")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.case_id"],
            name=op.f("fk_report_case_id_case"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"],
            ["report.report_id"],
            name=op.f("fk_report_supersedes_report"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report")),
        sa.UniqueConstraint("report_number", name=op.f("uq_report_report_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_report_case_id"), "report", ["case_id"], unique=False)


def _create_subject() -> None:
    op.create_table(
        "subject",
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.Column("last_seen_place", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tombstone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_subject_sex")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.case_id"],
            name=op.f("fk_subject_case_id_case"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_subject_case_id"), "subject", ["case_id"], unique=False)


def _create_exhibit() -> None:
    op.create_table(
        "exhibit",
        sa.Column("exhibit_id", sa.Text(), nullable=False),
        sa.Column("exhibit_number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_how", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("photo_date", sa.Text(), nullable=False),
        sa.Column("age_at_photo", sa.Text(), nullable=True),
        sa.Column("exif", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("tombstone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_exhibit_sha256")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.case_id"],
            name=op.f("fk_exhibit_case_id_case"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["subject.subject_id"],
            name=op.f("fk_exhibit_subject_id_subject"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("exhibit_id", name=op.f("pk_exhibit")),
        sa.UniqueConstraint("case_id", "exhibit_number", name=op.f("uq_exhibit_case_id_exhibit_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_exhibit_subject_id"), "exhibit", ["subject_id"], unique=False)
    op.create_index(
        "uq_exhibit_sha256",
        "exhibit",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("tombstone_reason IS NULL"),
    )


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("exhibit_id", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("examiner", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')",
            name=op.f("ck_run_status"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.case_id"],
            name=op.f("fk_run_case_id_case"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["exhibit_id"],
            ["exhibit.exhibit_id"],
            name=op.f("fk_run_exhibit_id_exhibit"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_run_case_id"), "run", ["case_id"], unique=False)
    op.create_index(op.f("ix_run_exhibit_id"), "run", ["exhibit_id"], unique=False)
    op.create_index(op.f("ix_run_status"), "run", ["status"], unique=False)


def _create_derived_image() -> None:
    op.create_table(
        "derived_image",
        sa.Column("derived_image_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("target_age", sa.Text(), nullable=True),
        sa.Column("variant", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('derived', 'mean', 'spread')", name=op.f("ck_derived_image_role")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_derived_image_sha256")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
            name=op.f("fk_derived_image_run_id_run"),
            onupdate="RESTRICT",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("derived_image_id", name=op.f("pk_derived_image")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_derived_image_run_id"), "derived_image", ["run_id"], unique=False)
    op.create_index(op.f("ix_derived_image_sha256"), "derived_image", ["sha256"], unique=False)


def _refuse(name: str, when: str, table: str, reason: str, condition: str = "") -> None:
    clause = f" WHEN {condition}" if condition else ""
    op.execute(
        f'CREATE TRIGGER {name} BEFORE {when} ON "{table}" FOR EACH ROW{clause} '
        f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
    )


def _create_log_triggers() -> None:
    orders = {
        "custody_event": "NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM custody_event)",
        "checkpoint": "NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM checkpoint)",
    }
    for table, is_out_of_order in orders.items():
        _refuse(f"{table}_no_update", "UPDATE", table, f"{table} is append-only")
        _refuse(f"{table}_no_delete", "DELETE", table, f"{table} is append-only")
        _refuse(f"{table}_in_order", "INSERT", table, f"{table} is out of order", is_out_of_order)


def _create_record_triggers() -> None:
    for table, key in RECORD_KEYS.items():
        exists = f'EXISTS (SELECT 1 FROM "{table}" WHERE {key} = NEW.{key})'
        _refuse(f"{table}_no_delete", "DELETE", table, f"{table} rows are never deleted")
        _refuse(f"{table}_no_replace", "INSERT", table, f"{table} row exists already", exists)
    for table in NEVER_CHANGED:
        _refuse(f"{table}_no_update", "UPDATE", table, f"{table} rows are never changed")
    _refuse("meta_facts", f"UPDATE OF {META_FACTS}", "meta", "the identity of a casebook is never changed")
    _refuse("exhibit_facts", f"UPDATE OF {EXHIBIT_FACTS}", "exhibit", "facts of receipt are never changed")
    _refuse("run_facts", f"UPDATE OF {RUN_FACTS}", "run", "the specification of a run is never changed")
    is_finished = "OLD.status NOT IN ('queued', 'running')"
    _refuse("run_finished", "UPDATE", "run", "a finished run is never changed", is_finished)
