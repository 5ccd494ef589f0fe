"""Ages for several photographs by one command: what stands in the way is said first, then a run for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from forensic_app.cli.engine_run import INTERRUPTED, exported
from forensic_app.cli.output import note, print_json, print_table
from forensic_app.cli.progress import Advance, progress_bar
from forensic_app.cli.run_output import print_run, run_object
from forensic_app.errors import ForensicAppError, InvalidInput
from forensic_app.messages import Progress, Started, WorkerMessage
from forensic_app.records import Exhibit, Run, RunStatus

if TYPE_CHECKING:
    from forensic_app.cli.run_options import RunOptions
    from forensic_app.engines.descriptor import EngineDescriptor
    from forensic_app.runs.worker_process import WorkerProcess
    from forensic_app.store.case_store import CaseStore
    from forensic_app.workflows.batches import Concern

_WORDS = {
    "no_face": "no face was found in it",
    "no_such_face": "it has no face with that number",
    "small_face": "its face is too small for a run",
    "under_age": "photographs under 2 years of age are refused",
    "unclear_face": "it shows several faces, and it is unclear which is meant",
    "doubtful_face": "it is doubtful whether what was found is a face",
    "age_unknown": "the age in it is not stated",
}


def photographs(store: CaseStore, exhibits: Sequence[str], subjects: Sequence[str]) -> list[Exhibit]:
    """Return the exhibits that were named and every photograph of the subjects, each once.

    Raises:
        InvalidInput: A subject has no photograph.
        RecordNotFound: There is no such exhibit or subject.
    """
    found = [store.exhibit(each) for each in exhibits]
    for each in subjects:
        subject = store.subject(each)
        own = [one for one in store.exhibits(subject.case_id) if one.subject_id == subject.subject_id]
        if not own:
            raise InvalidInput(
                f"There is no photograph of the subject {subject.subject_id}.",
                "Receive one, or name another.",
            )
        found += own
    return list({each.exhibit_id: each for each in found}.values())


def run_batch(
    store: CaseStore,
    wanted: Sequence[Exhibit],
    options: RunOptions,
    *,
    engine: EngineDescriptor,
    parameters: Mapping[str, Any],
    leaves_out: bool,
    estimates_ages: bool,
    worker: WorkerProcess | None,
    as_json: bool,
) -> None:
    """Queue and execute one run for each photograph, and print them.

    Args:
        store: The casebook, open for writing.
        wanted: The photographs.
        options: The shared options.
        engine: The engine.
        parameters: Values by name; ``None`` stands for the default.
        leaves_out: Whether a photograph that something stands in the way of is left out.
        estimates_ages: Whether an age that is not stated stands in no way.
        worker: A worker that was spawned ahead.
        as_json: Whether to print JSON.

    Raises:
        InvalidInput: Something stands in the way of a photograph, or ``--face`` was given; nothing is queued.
        typer.Exit: A run did not complete.
    """
    from forensic_app.workflows.batches import BatchItem, queue_batch

    if options.face is not None:
        raise InvalidInput(
            "--face is about one photograph, and several are named.", "Run that photograph by itself."
        )
    given = {name: value for name, value in parameters.items() if value is not None}
    pack = _accepted_pack(store, options, engine, given)
    held = _held_back(store, wanted, given, estimates_ages=estimates_ages)
    _tell(wanted, held)
    taken = [each for each in wanted if each.exhibit_id not in held]
    if held and not leaves_out:
        raise InvalidInput(
            f"{len(held)} of {len(wanted)} photographs would be refused or need a word of yours; nothing was queued.",
            "Run them singly (--face), state their ages, give --estimate-ages, or leave them out: --leave-out.",
        )
    outcome = queue_batch(
        store,
        [BatchItem(each.exhibit_id) for each in taken],
        engine=engine.name,
        pack=pack,
        parameters=given,
        analyser=options.analyser,
        device=options.device,
    )
    if outcome.refusals:
        raise InvalidInput(
            "; ".join(f"{name}: {why}" for name, why in outcome.refusals), "Nothing was queued."
        )
    with progress_bar() as advance:
        _execute(store, outcome.runs, options, advance, worker)
    runs = [store.run(each.run_id) for each in outcome.runs]
    answers = [run_object(store, run, copies=_copies(store, run, options)) for run in runs]
    _print(answers, {name: [each.value for each in held[name]] for name in held}, as_json=as_json)
    if any(run.status is not RunStatus.COMPLETED for run in runs):
        is_interrupted = any(run.status in (RunStatus.CANCELLED, RunStatus.QUEUED) for run in runs)
        raise typer.Exit(INTERRUPTED if is_interrupted else 1)


def _accepted_pack(
    store: CaseStore, options: RunOptions, engine: EngineDescriptor, given: Mapping[str, Any]
) -> str:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.engines.device_names import checked_device
    from forensic_app.parameters import resolve
    from forensic_app.workflows.packs import find_pack

    resolve(engine.schema, given)
    checked_device(options.device)
    pack = options.pack or engine.default_pack
    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=options.accept_licence)
    return pack


def _held_back(
    store: CaseStore, wanted: Sequence[Exhibit], given: Mapping[str, Any], *, estimates_ages: bool
) -> dict[str, tuple[Concern, ...]]:
    """Return what stands in the way, by exhibit; those in whose way nothing stands are not there."""
    from forensic_app.workflows.batches import Concern, concerns
    from forensic_app.workflows.exhibit_pictures import about_exhibit
    from forensic_app.workflows.face_inspection import inspect_faces

    held = {}
    for exhibit in wanted:
        sha256 = exhibit.picture_sha256
        with about_exhibit(exhibit):
            faces = inspect_faces((store.vault.path(sha256), sha256))
        age = given.get("source_age", exhibit.age_at_photo)
        found = concerns(faces, face_index=None, age=age, needs_age=True)
        if estimates_ages:
            found = tuple(each for each in found if each is not Concern.AGE_UNKNOWN)
        if found:
            held[exhibit.exhibit_id] = found
    return held


def _tell(wanted: Sequence[Exhibit], held: Mapping[str, Sequence[Concern]]) -> None:
    for exhibit in wanted:
        found = held.get(exhibit.exhibit_id)
        if found:
            note(f"{exhibit.exhibit_number}: {'; '.join(_WORDS[each.value] for each in found)}.")


def _execute(
    store: CaseStore,
    runs: Sequence[Run],
    options: RunOptions,
    advance: Advance,
    worker: WorkerProcess | None,
) -> None:
    from forensic_app.workflows.execution import execute_queued, open_run_queue

    places = {run.run_id: place for place, run in enumerate(runs)}

    def listen(message: WorkerMessage) -> None:
        done = places.get(message.run_id, 0) / len(runs)
        if isinstance(message, Started):
            advance(done, f"{message.run_id}: starting")
        elif isinstance(message, Progress):
            advance(done + message.fraction / len(runs), f"{message.run_id}: {message.stage}")

    with open_run_queue(store, worker=worker) as queue:
        execute_queued(
            store,
            queue=queue,
            on_message=listen,
            run_ids=list(places),
            device=options.device,
            analyser_path=options.analyser_models,
        )


def _copies(store: CaseStore, run: Run, options: RunOptions) -> dict[str, Any]:
    if run.status is not RunStatus.COMPLETED:
        return {}
    try:
        return dict(exported(store, run, options))
    except ForensicAppError as error:
        note(f"The images of {run.run_id} are in the vault, but no copies were made. {error}")
        return {}


def _print(answers: Sequence[Mapping[str, Any]], held: Mapping[str, Sequence[str]], *, as_json: bool) -> None:
    if as_json:
        left_out = [{"exhibit_id": name, "because": list(why)} for name, why in held.items()]
        print_json({"runs": list(answers), "left_out": left_out})
        return
    for answer in answers:
        for warning in answer["warnings"]:
            note(f"Note on {answer['run_id']}: {warning}")
        print_run(answer)
    print_table(
        ("Run", "Exhibit", "Status", "Because"),
        [(each["run_id"], each["exhibit_id"], each["status"], each["failure"]) for each in answers],
    )
