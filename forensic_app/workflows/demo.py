"""The whole main job on a public photograph: receive, age, sketch, report, verify.

The photograph is NASA's portrait of the astronaut Eileen Collins, which comes with scikit-image and is in the
public domain; she was born on 19 November 1956 and it was taken about 1999.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.sketch.schema import DESCRIPTOR as DRAWING
from forensic_app.errors import EngineError, InvalidInput, PackMissing
from forensic_app.measured import is_unlike_photograph, measures_of
from forensic_app.messages import WorkerMessage
from forensic_app.records import CaseKind, DerivedImage, ImageRole, Report, Run, RunSpec, RunStatus, Sex
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import VerificationResult
from forensic_app.workflows.casebook import create_casebook, verify_here
from forensic_app.workflows.execution import execute_queued, open_run_queue, plan_run, queue_run
from forensic_app.workflows.exporting import export_images
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.packs import accept_licence, find_pack
from forensic_app.workflows.reporting import issue_report
from forensic_app.workflows.run_input import derived_source

CASE_NUMBER = "DEMO-1"
SUBJECT_NAME = "Eileen Collins"
BIRTH_DATE = "1956-11-19"
AGE_AT_PHOTO = 42.0
SOURCE = "NASA, public domain; distributed with scikit-image as skimage.data.astronaut()"
DECISION = "Accepted by the demonstration so that its report can show it; nobody looked at it"
TARGET_AGES = (8.0, 16.0, 27.0, 45.0, 62.0, 75.0)


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where everything is.

    Attributes:
        casebook: Its folder.
        photograph: The file that was received.
        images: Copies of the derived images and sketches with readable names.
        derived: Records of the derived images of the ageing run.
        run: The ageing run.
        report_path: The PDF.
        report: Its record.
        verification: What the check of the finished casebook found.
    """

    casebook: Path
    photograph: Path
    images: tuple[Path, ...]
    derived: tuple[DerivedImage, ...]
    run: Run
    report_path: Path
    report: Report
    verification: VerificationResult


def run_demo(
    folder: Path,
    *,
    pack: str = AGING.default_pack,
    sketch_pack: str = DRAWING.default_pack,
    target_ages: tuple[float, ...] = TARGET_AGES,
    steps: int | None = None,
    examiner: str = "",
    on_stage: Callable[[str], None],
    on_message: Callable[[WorkerMessage], None] | None = None,
) -> DemoResult:
    """Do the main job in a fresh casebook under ``folder`` and return where everything is.

    Args:
        folder: Folder that does not exist or is empty.
        pack: Name of the model pack; its licence is recorded as accepted for this demonstration.
        sketch_pack: Name of the pack for sketches of the photograph and of every face shown; its licence is
            recorded as accepted too. Without such a pack nothing is drawn.
        target_ages: Ages to show, in years.
        steps: Steps of the engine; its default for ``None``.
        examiner: Name in the custody log.
        on_stage: Told the words of each stage.
        on_message: Told the messages of the run.

    Raises:
        InvalidInput: The folder is in use.
        EngineError: The run did not complete.
        ForensicAppError: Whatever the stages raise.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"The folder {folder} is not empty.", "Choose another one with --out.")
    on_stage("Writing the photograph")
    photograph = _write_photograph(folder)
    casebook = folder / "casebook"
    report_path = folder / "report.pdf"
    with create_casebook(casebook, examiner=examiner or None) as store:
        on_stage("Receiving it as an exhibit")
        exhibit_id = _received(store, photograph)
        on_stage("Making the derived images")
        parameters = {"target_ages": list(target_ages), "seed": 1, "num_inference_steps": steps}
        _accepted(store, pack, on_stage)
        spec = plan_run(store, engine=AGING.name, exhibit=exhibit_id, parameters=parameters, pack=pack)
        run = _completed(store, [spec], on_message=on_message)[0]
        derived = tuple(each for each in store.derived_images(run.run_id) if each.role is ImageRole.DERIVED)
        sketches = _sketched(
            store, exhibit_id, derived, pack=sketch_pack, on_stage=on_stage, on_message=on_message
        )
        on_stage("Deciding about the images, so that the report shows what the window would")
        for each in (run, *sketches):
            _decide(store, each)
        copies = [export_images(store, each.run_id, folder / "images") for each in (run, *sketches)]
        images = tuple(path for each in copies for path in each.values())
        on_stage("Issuing the report")
        report = issue_report(
            store,
            case=CASE_NUMBER,
            out=report_path,
            purpose="Demonstration of the program",
            only_accepted=True,
        )
    on_stage("Verifying the casebook")
    return DemoResult(casebook, photograph, images, derived, run, report_path, report, verify_here(casebook))


def _decide(store: CaseStore, run: Run) -> None:
    """Accept what the run's critic does not call unlike a photograph; the rest stays undecided and unprinted."""
    for image in store.derived_images(run.run_id):
        if not is_unlike_photograph(measures_of(image.metrics), run.environment):
            store.decide(image.derived_image_id, is_accepted=True, reason=DECISION)


def _write_photograph(folder: Path) -> Path:
    from PIL import Image
    from skimage import data

    path = folder / "collins-nasa.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.astronaut()).save(path)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror or error}.", "Choose another folder with --out."
        ) from error
    return path


def _received(store: CaseStore, photograph: Path) -> str:
    store.create_case(
        number=CASE_NUMBER,
        title="Demonstration on a public portrait",
        kind=CaseKind.MISSING_PERSON,
        authorization="Public domain photograph of a public person; demonstration only",
    )
    subject = store.add_subject(case=CASE_NUMBER, name=SUBJECT_NAME, sex=Sex.FEMALE, birth_date=BIRTH_DATE)
    exhibit = receive_exhibit(
        store,
        photograph,
        case=CASE_NUMBER,
        subject_id=subject.subject_id,
        source=SOURCE,
        received_how="written by the demonstration",
        photo_date="1999",
        age_at_photo=AGE_AT_PHOTO,
    )
    return exhibit.exhibit_id


def _completed(
    store: CaseStore, specs: Sequence[RunSpec], *, on_message: Callable[[WorkerMessage], None] | None
) -> list[Run]:
    """Execute ``specs`` in order and return their runs.

    Raises:
        EngineError: A run did not complete.
    """
    runs = _executed(store, specs, on_message=on_message)
    for run in runs:
        if run.status is not RunStatus.COMPLETED:
            raise EngineError(
                f"The run {run.run_id} was {run.status}: {run.failure}", "Run: forensic-app doctor"
            )
    return runs


def _executed(
    store: CaseStore, specs: Sequence[RunSpec], *, on_message: Callable[[WorkerMessage], None] | None
) -> list[Run]:
    """Execute ``specs`` in order and return their runs, whatever became of them."""
    queued = [queue_run(store, spec).run_id for spec in specs]
    with open_run_queue(store) as queue:
        execute_queued(store, queue=queue, on_message=on_message, run_ids=queued)
    return [store.run(run_id) for run_id in queued]


def _accepted(store: CaseStore, name: str, on_stage: Callable[[str], None]) -> Pack:
    found = find_pack(name, store.packs_dir)
    on_stage(
        f"For this demonstration the licence of the pack {found.name} counts as accepted: {found.licence}"
    )
    accept_licence(store, found)
    return found


def _sketched(
    store: CaseStore,
    exhibit_id: str,
    derived: Sequence[DerivedImage],
    *,
    pack: str,
    on_stage: Callable[[str], None],
    on_message: Callable[[WorkerMessage], None] | None,
) -> list[Run]:
    """Draw the photograph and every face shown; nothing where there is no sketch pack.

    A sketch that fails (no face in a derived image, say) is a failed run in the record and in the report; the
    demonstration goes on.
    """
    try:
        find_pack(pack, store.packs_dir)
    except PackMissing:
        on_stage(f"There is no model pack {pack} here; no sketch is drawn")
        return []
    _accepted(store, pack, on_stage)
    on_stage("Drawing sketches of the photograph and of every face shown")
    sources = (None, *(derived_source(store, DRAWING.name, each.derived_image_id) for each in derived))
    specs = [
        plan_run(
            store, engine=DRAWING.name, exhibit=exhibit_id, parameters={"seed": 1}, pack=pack, source=source
        )
        for source in sources
    ]
    runs = _executed(store, specs, on_message=on_message)
    for run in runs:
        if run.status is not RunStatus.COMPLETED:
            on_stage(f"The sketch {run.run_id} was {run.status}: {run.failure}")
    return [run for run in runs if run.status is RunStatus.COMPLETED]
