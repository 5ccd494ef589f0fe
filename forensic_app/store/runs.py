"""Runs and the images they made.

Rules:
    * queued -> running -> completed, failed, cancelled or interrupted; a queued run may also be cancelled,
      failed or interrupted. Nothing leaves a final state.
    * A file is taken over with the digest that the worker stated, or not at all.
    * A completed run's files are in the vault before its rows are written; rows, events and a signed
      checkpoint are one transaction; the worker's copies are removed last.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.errors import InvalidInput, RecordNotFound
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import Consent, DerivedImage, ImageRole, JsonObject, Run, RunSpec, RunStatus
from forensic_app.store import fields
from forensic_app.store.adapters import add_adapter_row
from forensic_app.store.base import StoreBase, next_id
from forensic_app.store.cases import case_id_of, open_case
from forensic_app.store.consents import refuse_without_consent
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.mapping import record_of
from forensic_app.store.refusals import not_found
from forensic_app.store.tables import CaseRow, DerivedImageRow, ExhibitRow, RunRow
from forensic_app.store.vault import StoredFile

_INTERRUPTED = "The program ended while the run was in progress."


class RunRecords(StoreBase):
    """The part of the case store that keeps runs and derived images."""

    def queue_run(self, *, case_id: str, spec: RunSpec) -> Run:
        """Record that a run is asked for; event ``run_queued`` with the whole specification.

        Raises:
            ConsentMissing: The case is a media production, and the person shown has not consented, or no longer.
            InvalidInput: The exhibit is removed, of another case, or has another digest; the case is closed.
            RecordNotFound: There is no such case or exhibit.
            ValueError: The specification is not JSON.
        """
        return self.queue_runs([(case_id, spec)])[0]

    def queue_runs(self, wanted: Sequence[tuple[str, RunSpec]]) -> list[Run]:
        """Record that several runs are asked for, each with its event, all of them or none; see :meth:`queue_run`.

        Args:
            wanted: The case and the specification of each.
        """
        with self._writing() as session:
            return [self._queue(session, case_id, spec) for case_id, spec in wanted]

    def _queue(self, session: Session, case_id: str, spec: RunSpec) -> Run:
        opened = open_case(session, case_id)
        case = opened.case_id
        _check_exhibit(session, spec, case)
        refuse_without_consent(session, opened, spec.exhibit_id, self._today())
        row = RunRow(
            run_id=next_id(session, RunRow, "R-"),
            case_id=case,
            exhibit_id=spec.exhibit_id,
            spec=_spec_json(spec),
            status=RunStatus.QUEUED.value,
            examiner=self.examiner,
            queued_at=self._clock(),
            started_at=None,
            ended_at=None,
            environment={},
            control={},
            face={},
            warnings=[],
            failure="",
        )
        session.add(row)
        session.flush()
        self._append_change(session, "run_queued", row, case_id=case, details={"spec": row.spec})
        return record_of(Run, row)

    def check_consent(self, exhibit_id: str) -> Consent | None:
        """Return the consent under which a photograph is worked on today, ``None`` outside of media productions.

        Raises:
            ConsentMissing: There is none; it ended, or was withdrawn.
            RecordNotFound: There is no such exhibit.
        """
        with self._reading() as session:
            exhibit = session.get(ExhibitRow, exhibit_id)
            if exhibit is None:
                raise not_found("exhibit", exhibit_id)
            case = session.get(CaseRow, exhibit.case_id)
            if case is None:
                raise not_found("case", exhibit.case_id)
            return refuse_without_consent(session, case, exhibit_id, self._today())

    def start_run(self, run_id: str, *, environment: JsonObject) -> Run:
        """Record that the worker began; event ``run_started``.

        Raises:
            InvalidInput: The run is not queued.
            RecordNotFound: There is no such run.
        """
        with self._writing() as session:
            row = _run_row(session, run_id)
            if row.status != RunStatus.QUEUED:
                raise InvalidInput(f"The run {run_id} is {row.status}.", "Only a queued run can start.")
            row.status = RunStatus.RUNNING.value
            row.started_at = self._clock()
            row.environment = dict(environment)
            details = {"environment": row.environment, "exhibit_sha256": row.spec["exhibit_sha256"]}
            self._append_change(session, "run_started", row, case_id=row.case_id, details=details)
            return record_of(Run, row)

    def complete_run(self, run_id: str, *, result: EngineResult) -> Run:
        """Keep a run's images and adapter; ``run_completed`` and an event for each file.

        The files are moved into the vault: the worker's copies are removed once everything is written.

        Raises:
            EvidenceAltered: A file is not the one that the worker wrote; the run is still running.
            InvalidInput: The run is not running, or a file is missing.
            RecordNotFound: There is no such run.
            StoreUnavailable: The vault or the database cannot be written; the run is still running.
        """
        with self._reading() as session:
            _refuse_unless_running(_run_row(session, run_id))
        files = [(each.path, each.sha256) for each in (*result.images, result.adapter) if each is not None]
        stored = [self.vault.import_file(path, expected_sha256=sha256) for path, sha256 in files]
        weights = None if result.adapter is None else stored.pop()
        with self._writing() as session:
            row = _run_row(session, run_id)
            _refuse_unless_running(row)
            row.status = RunStatus.COMPLETED.value
            row.ended_at = self._clock()
            row.environment = {**row.environment, **result.environment}
            row.control = dict(result.control)
            row.face = dict(result.face)
            row.warnings = list(result.warnings)
            images = [
                _image_row(session, run_id, image, file)
                for image, file in zip(result.images, stored, strict=True)
            ]
            details = {"images": [image.sha256 for image in images], "warnings": row.warnings}
            self._append_change(session, "run_completed", row, case_id=row.case_id, details=details)
            for image in images:
                facts = {
                    "run_id": run_id,
                    "sha256": image.sha256,
                    "size_bytes": image.size_bytes,
                    "role": image.role,
                }
                self._append_change(session, "image_derived", image, case_id=row.case_id, details=facts)
            if result.adapter is not None and weights is not None:
                learned = add_adapter_row(session, row, result.adapter, weights)
                facts = {
                    "run_id": run_id,
                    "sha256": learned.sha256,
                    "size_bytes": learned.size_bytes,
                    "subject_id": learned.subject_id,
                }
                self._append_change(session, "adapter_made", learned, case_id=row.case_id, details=facts)
            run = record_of(Run, row)
        _remove_copies([image.path for image in result.images])
        _remove_copies([result.adapter.path] if result.adapter is not None else [])
        return run

    def fail_run(self, run_id: str, *, error: str, message: str, advice: str, detail: str = "") -> Run:
        """Record that a run failed; event ``run_failed`` with the error's name and the traceback.

        Raises:
            InvalidInput: The run has ended already.
            RecordNotFound: There is no such run.
        """
        failure = f"{message} {advice}".strip()
        details = {"error": error, "message": message, "advice": advice, "detail": detail}
        return self._end(run_id, RunStatus.FAILED, failure, details)

    def cancel_run(self, run_id: str, *, reason: str = "") -> Run:
        """Record that a queued or running run was cancelled; event ``run_cancelled``.

        Raises:
            InvalidInput: The run has ended already.
            RecordNotFound: There is no such run.
        """
        return self._end(run_id, RunStatus.CANCELLED, reason, {"reason": reason})

    def interrupt_run(self, run_id: str) -> Run:
        """Record that the program ended during a run; event ``run_interrupted``.

        Raises:
            InvalidInput: The run has ended already.
            RecordNotFound: There is no such run.
        """
        return self._end(run_id, RunStatus.INTERRUPTED, _INTERRUPTED, {})

    def interrupt_stale_runs(self) -> list[Run]:
        """Interrupt every run that is still marked as running; done when a writer opens the casebook.

        The writer holds the lock, so no other process can be working on them.
        """
        return [self.interrupt_run(run.run_id) for run in self.runs(status=RunStatus.RUNNING)]

    def run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            RecordNotFound: There is none.
        """
        with self._reading() as session:
            return record_of(Run, _run_row(session, run_id))

    def runs(self, case_id: str | None = None, *, status: RunStatus | None = None) -> list[Run]:
        """Return runs, oldest first, of a case (number or identifier) or of all.

        Raises:
            RecordNotFound: There is no such case.
        """
        query = select(RunRow).order_by(RunRow.queued_at, RunRow.run_id)
        with self._reading() as session:
            if case_id is not None:
                case = case_id_of(session, case_id)
                rows = session.scalars(query.where(RunRow.case_id == case)).all()
                refuse_missing(session, RunRow, rows, column="case_id", value=case)
                return [record_of(Run, row) for row in rows if status in (None, row.status)]
            if status is None:
                rows = session.scalars(query).all()
                refuse_missing(session, RunRow, rows)
            else:
                rows = session.scalars(query.where(RunRow.status == status)).all()
                refuse_missing(session, RunRow, rows, column="status", value=status.value)
            return [record_of(Run, row) for row in rows]

    def next_queued_run(self) -> Run | None:
        """Return the run that has waited longest, if any."""
        return next(iter(self.runs(status=RunStatus.QUEUED)), None)

    def derived_images(self, run_id: str) -> list[DerivedImage]:
        """Return a run's images in output order; none if the run does not exist or made none."""
        query = select(DerivedImageRow).where(DerivedImageRow.run_id == run_id)
        with self._reading() as session:
            rows = session.scalars(query.order_by(DerivedImageRow.derived_image_id)).all()
            refuse_missing(session, DerivedImageRow, rows, column="run_id", value=run_id)
            return [record_of(DerivedImage, row) for row in rows]

    def derived_image(self, derived_image_id: str) -> DerivedImage:
        """Return a derived image.

        Raises:
            RecordNotFound: There is none.
        """
        with self._reading() as session:
            row = session.get(DerivedImageRow, derived_image_id)
            if row is None:
                raise RecordNotFound(
                    f"There is no derived image {derived_image_id} in this casebook.", "Check the number."
                )
            return record_of(DerivedImage, row)

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _end(self, run_id: str, status: RunStatus, failure: str, details: Mapping[str, Any]) -> Run:
        with self._writing() as session:
            row = _run_row(session, run_id)
            if RunStatus(row.status).is_terminal:
                raise InvalidInput(f"The run {run_id} is {row.status} already.", "Queue a new run if needed.")
            row.status = status.value
            row.ended_at = self._clock()
            row.failure = fields.file_name(failure)
            self._append_change(session, f"run_{status}", row, case_id=row.case_id, details=details)
            return record_of(Run, row)


def _run_row(session: Session, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id)
    if row is None:
        raise RecordNotFound(f"There is no run {run_id} in this casebook.", "Check the number.")
    return row


def _refuse_unless_running(row: RunRow) -> None:
    if row.status != RunStatus.RUNNING:
        raise InvalidInput(f"The run {row.run_id} is {row.status}.", "Only a running run can complete.")


def _check_exhibit(session: Session, spec: RunSpec, case_id: str) -> None:
    exhibit = session.get(ExhibitRow, spec.exhibit_id)
    if exhibit is None or exhibit.tombstone_reason is not None:
        raise RecordNotFound(f"There is no exhibit {spec.exhibit_id} in this casebook.", "Receive it first.")
    if exhibit.case_id != case_id:
        raise InvalidInput(
            f"The exhibit {spec.exhibit_id} belongs to the case {exhibit.case_id}.",
            "Choose one of the same case.",
        )
    if (exhibit.page_sha256 or exhibit.sha256) != spec.exhibit_sha256:
        raise InvalidInput(
            f"The exhibit {spec.exhibit_id} has another SHA-256 than the run names.", "Start the run again."
        )


def _spec_json(spec: RunSpec) -> dict[str, Any]:
    stored = {**asdict(spec), "reference_sha256": list(spec.reference_sha256)}
    return {name: value for name, value in stored.items() if value or not name.startswith("second_")}


def _image_row(session: Session, run_id: str, image: OutputImage, file: StoredFile) -> DerivedImageRow:
    row = DerivedImageRow(
        derived_image_id=next_id(session, DerivedImageRow, "D-", digits=6),
        run_id=run_id,
        role=ImageRole(image.role).value,
        target_age=image.target_age,
        variant=image.variant,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        width_px=image.width_px,
        height_px=image.height_px,
        metrics=dict(image.metrics),
    )
    session.add(row)
    session.flush()
    return row


def _remove_copies(paths: Sequence[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            Path(path).unlink(missing_ok=True)
