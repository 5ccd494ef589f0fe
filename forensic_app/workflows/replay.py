"""Execute a completed run again from its record and compare the images.

Rules:
    * Everything comes from the record: specification, facts about the person, device. What is used again must
      still have its digest, otherwise nothing is executed.
    * The run's own records and images are left untouched; the replay leaves a ``run_replayed`` event, or
      ``run_replay_failed``.
    * *Identical* means equal files, byte for byte; an adapter is identical or different. *Within tolerance*
      means that every image has the recorded size, no sample of any pixel differs by more than 2 of 255, and
      the mean absolute difference is below 0.25 of 255. Everything else is *different*.
    * The tolerance is this program's own choice and is printed with each outcome. Between different
      processors, graphics cards or library versions equal files are not to be expected.

References:
    PyTorch documentation, "Reproducibility": results may differ between releases, platforms and devices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from forensic_app import errors
from forensic_app.engines import registry
from forensic_app.errors import EngineError, ForensicAppError, InvalidInput, RunCancelled
from forensic_app.evaluation.measures.image_metrics import psnr_db
from forensic_app.images import load_working_copy_from
from forensic_app.messages import (
    Cancelled,
    Completed,
    Failed,
    OutputImage,
    RunRequest,
    Started,
)
from forensic_app.records import DerivedImage, Run, RunStatus
from forensic_app.regular_files import read_verified
from forensic_app.runs.environment import environment_differences
from forensic_app.store.case_store import CaseStore
from forensic_app.store.faults import translated
from forensic_app.workflows.execution import (
    Listener,
    counted_interrupts,
    listening,
    open_run_queue,
    request_for,
    subject_facts,
    work_folder,
)
from forensic_app.workflows.exhibit_pictures import refuse_withdrawn

MAX_SAMPLE_DIFFERENCE = 2
MEAN_DIFFERENCE_LIMIT = 0.25
TOLERANCE = (
    f"No sample of any pixel differs by more than {MAX_SAMPLE_DIFFERENCE} of 255, and the mean absolute "
    f"difference of an image is below {MEAN_DIFFERENCE_LIMIT} of 255."
)
_NOT_COMPARED = frozenset({"seconds", "inputs", "pid", "peak_memory_bytes"})


class ReplayResult(StrEnum):
    """How close a replay came."""

    IDENTICAL = "identical"
    WITHIN_TOLERANCE = "within_tolerance"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class ImageComparison:
    """One recorded image beside the one made again.

    Attributes:
        derived_image_id: The recorded image.
        recorded_sha256: Its digest.
        replayed_sha256: Digest of the new file, ``None`` when the replay made no such image.
        max_difference: Largest absolute difference of a sample, 0 to 255; ``None`` when sizes differ.
        mean_difference: Mean absolute difference of all samples, 0 to 255; ``None`` when sizes differ.
        psnr_db: Peak signal-to-noise ratio in decibels; ``None`` for equal pixels or different sizes.
    """

    derived_image_id: str
    recorded_sha256: str
    replayed_sha256: str | None
    max_difference: int | None = None
    mean_difference: float | None = None
    psnr_db: float | None = None

    @property
    def result(self) -> ReplayResult:
        """How close this image came."""
        if self.replayed_sha256 == self.recorded_sha256:
            return ReplayResult.IDENTICAL
        if self.max_difference is None or self.mean_difference is None:
            return ReplayResult.DIFFERENT
        is_close = (
            self.max_difference <= MAX_SAMPLE_DIFFERENCE and self.mean_difference < MEAN_DIFFERENCE_LIMIT
        )
        return ReplayResult.WITHIN_TOLERANCE if is_close else ReplayResult.DIFFERENT


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """Result of a replay.

    Attributes:
        run_id: The run.
        outcome: The worst result of its images.
        images: One comparison for each recorded image.
        surplus_images: Number of images that the replay made beyond the recorded ones.
        environment_differences: Sentences on what differs between the two executions.
        tolerance: The tolerance in words.
    """

    run_id: str
    outcome: ReplayResult
    images: tuple[ImageComparison, ...]
    surplus_images: int
    environment_differences: tuple[str, ...]
    tolerance: str = TOLERANCE


def replay_run(
    store: CaseStore,
    run_id: str,
    *,
    on_message: Listener | None = None,
    is_stop_wanted: Callable[[], bool] | None = None,
) -> ReplayOutcome:
    """Execute a completed run again and compare; event ``run_replayed``.

    Args:
        store: The casebook, open for writing.
        run_id: A completed run.
        on_message: Told the messages of the replay.
        is_stop_wanted: Asked about every 0.1 s; once it is true the replay is cancelled.

    Raises:
        InvalidInput: The run was not completed, or its exhibit was withdrawn.
        RecordNotFound: There is no such run.
        EvidenceAltered: A photograph or a recorded image no longer has its digest.
        PackMissing: The pack is not on this machine.
        PackAltered: The pack no longer has its digest.
        ForensicAppError: What the engine met, such as ``FaceNotFound`` or ``EngineError``; recorded as
            ``run_replay_failed`` like each of the errors from ``EvidenceAltered`` on.
        RunCancelled: Ctrl-C, or a stop was wanted; recorded as ``run_replay_failed``.
    """
    run = store.run(run_id)
    if run.status is not RunStatus.COMPLETED:
        raise InvalidInput(f"The run {run_id} is {run.status}.", "Only a completed run can be replayed.")
    refuse_withdrawn(store.exhibit(run.spec.exhibit_id))
    try:
        with work_folder(store, f"replay-{run_id}") as folder:
            digests = [image.sha256 for image in store.derived_images(run_id)]
            digests += [adapter.sha256 for adapter in store.adapters(run_id=run_id)]
            for sha256 in digests:
                store.vault.check(sha256)
            request = request_for(store, run, output_dir=folder, inputs=_inputs(store, run))
            environment, completed = _executed(
                store, request, on_message=on_message, is_stop_wanted=is_stop_wanted or (lambda: False)
            )
            outcome = _compared(store, run, environment, completed)
    except ForensicAppError as error:
        details = {"error": type(error).__name__, "message": error.message}
        store.record_event(
            "run_replay_failed", object_type="run", object_id=run_id, case_id=run.case_id, details=details
        )
        raise
    store.record_event(
        "run_replayed", object_type="run", object_id=run_id, case_id=run.case_id, details=_details(outcome)
    )
    return outcome


class _UnrecordedLedger:
    """A replay is no run: its states are not recorded, its outcome is."""

    def __init__(self) -> None:
        self.environment: Mapping[str, Any] = {}

    def started(self, message: Started) -> None:
        """Keep the environment for the comparison."""
        self.environment = message.environment

    def completed(self, message: Completed) -> None:
        """Do nothing."""

    def failed(self, message: Failed) -> None:
        """Do nothing."""

    def cancelled(self, run_id: str, *, reason: str) -> bool:  # noqa: ARG002 - the protocol's
        """Do nothing."""
        return True


def _inputs(store: CaseStore, run: Run) -> Mapping[str, Any]:
    defaults = {
        "device": "auto",
        "threads": 0,
        "analyser_path": "",
        "subject": subject_facts(store, run.spec),
    }
    return {**defaults, **run.environment.get("inputs", {})}


def _executed(
    store: CaseStore,
    request: RunRequest,
    *,
    on_message: Listener | None,
    is_stop_wanted: Callable[[], bool],
) -> tuple[dict[str, Any], Completed]:
    ledger = _UnrecordedLedger()
    with (
        counted_interrupts() as interrupts,
        open_run_queue(store, ledger=ledger) as queue,
        listening(queue, on_message),
    ):

        def cancel_if_wanted() -> None:
            if interrupts.count or is_stop_wanted():
                queue.cancel(request.run_id, grace_s=0.0 if interrupts.count > 1 else None)

        message = queue.execute(request, while_waiting=cancel_if_wanted)
    if isinstance(message, Cancelled):
        raise RunCancelled("The replay was cancelled.", "Start it again to compare the run.")
    if isinstance(message, Failed):
        kind = getattr(errors, message.error, EngineError)
        raise kind(f"The run could not be repeated: {message.message}", message.advice)
    return {**ledger.environment, **message.result.environment}, message


def _compared(
    store: CaseStore, run: Run, environment: Mapping[str, Any], completed: Completed
) -> ReplayOutcome:
    recorded = store.derived_images(run.run_id)
    made = completed.result.images
    comparisons = tuple(
        _comparison(store, image, made[index] if index < len(made) else None)
        for index, image in enumerate(recorded)
    )
    comparisons += tuple(_adapter_comparisons(store, run, completed))
    surplus = max(len(made) - len(recorded), 0)
    return ReplayOutcome(
        run_id=run.run_id,
        outcome=_worst([each.result for each in comparisons], has_surplus=surplus > 0),
        images=comparisons,
        surplus_images=surplus,
        environment_differences=tuple(_differences(run, environment)),
    )


def _comparison(store: CaseStore, recorded: DerivedImage, made: OutputImage | None) -> ImageComparison:
    if made is None or _place(made) != (recorded.role, recorded.target_age, recorded.variant):
        return ImageComparison(recorded.derived_image_id, recorded.sha256, None)
    sha256 = made.sha256
    with translated(made.path):
        data = read_verified(made.path, sha256)
    first = load_working_copy_from(store.vault.read_verified(recorded.sha256), recorded.derived_image_id)
    second = load_working_copy_from(data, made.path.name)
    if first.shape != second.shape:
        return ImageComparison(recorded.derived_image_id, recorded.sha256, sha256)
    difference = np.abs(first.astype(np.int16) - second.astype(np.int16))
    psnr = psnr_db(first, second)
    return ImageComparison(
        recorded.derived_image_id,
        recorded.sha256,
        sha256,
        max_difference=int(difference.max()),
        mean_difference=float(difference.mean()),
        psnr_db=round(psnr, 2) if math.isfinite(psnr) else None,
    )


def _adapter_comparisons(store: CaseStore, run: Run, completed: Completed) -> list[ImageComparison]:
    """Compare the run's adapter, whose bytes are equal or different: weights have no tolerance."""
    made = completed.result.adapter
    sha256 = None if made is None else made.sha256
    recorded = store.adapters(run_id=run.run_id)
    return [ImageComparison(each.adapter_id, each.sha256, sha256) for each in recorded]


def _place(image: OutputImage) -> tuple[str, float | None, int | None]:
    return image.role, image.target_age, image.variant


def _worst(results: list[ReplayResult], *, has_surplus: bool) -> ReplayResult:
    if has_surplus or ReplayResult.DIFFERENT in results:
        return ReplayResult.DIFFERENT
    if ReplayResult.WITHIN_TOLERANCE in results:
        return ReplayResult.WITHIN_TOLERANCE
    return ReplayResult.IDENTICAL


def _differences(run: Run, environment: Mapping[str, Any]) -> list[str]:
    recorded = {name: value for name, value in run.environment.items() if name not in _NOT_COMPARED}
    current = {name: value for name, value in environment.items() if name not in _NOT_COMPARED}
    found = environment_differences(recorded, current)
    try:
        version = registry.descriptor(run.spec.engine).version
    except InvalidInput:
        return found
    if version != run.spec.engine_version:
        found.insert(0, f"engine version: {run.spec.engine_version} when recorded, {version} now.")
    return found


def _details(outcome: ReplayOutcome) -> dict[str, Any]:
    return {
        "outcome": outcome.outcome.value,
        "tolerance": outcome.tolerance,
        "images": [{**asdict(each), "result": each.result.value} for each in outcome.images],
        "surplus_images": outcome.surplus_images,
        "environment_differences": list(outcome.environment_differences),
    }
