"""From an old photograph to leads: the face at another age, a sketch of that, and a search with each of them.

Rules:
    * Every stage is the run or the search that it is by itself: planned, recorded, replayed, reported and verified as
      such. Nothing here makes a picture or compares a face.
    * The untouched photograph is searched with first, and candidates are told in its order: a derived picture is never
      better by assumption.
    * What was done stays recorded when a later stage fails or is stopped. Asked again, a run that is there, completed
      or queued, is not made again; searches are, in the gallery as it is then.
    * A picture without a face is an answer about that picture, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forensic_app.engines import registry
from forensic_app.engines.descriptor import Output
from forensic_app.errors import FaceNotFound, InvalidInput
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.records import DerivedImage, Gallery, ImageRole, Run, RunSpec, RunStatus
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_search import Candidate, SearchResult, search_gallery
from forensic_app.workflows.run_input import derived_source
from forensic_app.workflows.run_planning import plan_run, queue_run

Report = Callable[[float, str], None]
Execute = Callable[[Sequence[Run], Report], None]
"""Executes queued runs, or does not: what became of them is read from the record."""

_SEARCH_WEIGHT = 1.0
_RUN_WEIGHT = 4.0


class Stage(StrEnum):
    """What is searched with."""

    PHOTOGRAPH = "photograph"
    DERIVED = "derived_image"
    SKETCH = "sketch"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsAsked:
    """What is asked for.

    Attributes:
        exhibit: Identifier or number of the photograph.
        gallery: Name or identifier of the gallery.
        target_ages: Ages to show, years.
        engine: Registry name of the ageing engine; the usual one when empty.
        ageing_pack: Its pack; the engine's default when empty.
        sketch_pack: Pack of the sketches; the default one when empty.
        style: Style of the sketches; the pack's own where ``None``.
        face: Which face of the photograph, 1 = largest; ``None`` for the clear one.
        analyser: Face analyser of the runs.
        device: On what the runs are executed.
        seed: Seed of the runs, and of the comparisons that the threshold is set on.
        top: Most candidates of each search.
        fmr: FMR that the threshold is set at.
        threshold: A threshold in place of the FMR.
    """

    exhibit: str
    gallery: str
    target_ages: Sequence[float]
    engine: str = ""
    ageing_pack: str = ""
    sketch_pack: str = ""
    style: str | None = None
    face: int | None = None
    analyser: str = "dlib"
    device: str = "auto"
    seed: int = 0
    top: int = 20
    fmr: float = 0.001
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class LeadsPlan:
    """What is asked for, checked as far as that is possible before anything is recorded.

    Attributes:
        asked: What is asked for.
        gallery: The gallery.
        ageing: Specification of the ageing run.
    """

    asked: LeadsAsked
    gallery: Gallery
    ageing: RunSpec


@dataclass(frozen=True, slots=True)
class StageSearch:
    """A search with one picture.

    Attributes:
        stage: What the picture is.
        name: The exhibit, or the derived image.
        target_age: Age that it shows, years; ``None`` for the photograph.
        run_id: The run that made it; empty for the photograph.
        result: What was found; ``None`` where it was not searched with.
        why_not: Why not.
    """

    stage: Stage
    name: str
    target_age: float | None = None
    run_id: str = ""
    result: SearchResult | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """A subject of the gallery, and where it stands in each search.

    Attributes:
        candidate: The subject as the first search that lists it found it.
        found: Its candidate in each search that lists it, by the search's picture.
    """

    candidate: Candidate
    found: dict[str, Candidate]


@dataclass(slots=True)
class Leads:
    """What was done, also where it did not come to its end.

    Attributes:
        plan: What was asked for.
        ageing: The ageing run; ``None`` before it was queued.
        sketches: The sketch runs.
        searches: The searches, the photograph's first.
        is_stopped: Whether a run was cancelled, or is left queued.
        failures: Why a run did not complete, by its identifier.
    """

    plan: LeadsPlan
    ageing: Run | None = None
    sketches: list[Run] = field(default_factory=list)
    searches: list[StageSearch] = field(default_factory=list)
    is_stopped: bool = False
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs, the ageing run first."""
        return (*(() if self.ageing is None else (self.ageing,)), *self.sketches)

    @property
    def is_complete(self) -> bool:
        """Whether every stage was reached."""
        return not self.is_stopped and not self.failures

    def leads(self) -> list[Lead]:
        """Return the subjects that any search lists: in the photograph's order, then those that others list alone."""
        found: dict[str, Lead] = {}
        for search in self.searches:
            for each in () if search.result is None else search.result.candidates:
                found.setdefault(each.subject, Lead(each, {})).found[search.name] = each
        return list(found.values())


def plan_leads(store: CaseStore, asked: LeadsAsked) -> LeadsPlan:
    """Check what is asked for; nothing is recorded.

    Raises:
        InvalidInput: A parameter is out of bounds, the sketch pack does not know the style, or the face is not clear.
        LicenceNotAccepted: The licence of one of the packs was not accepted in this casebook.
        PackMissing: One of the packs is not there.
        PackRefused: It serves another engine.
        RecordNotFound: There is no such exhibit or gallery.
    """
    gallery = store.gallery(asked.gallery)
    engine = registry.descriptor(asked.engine) if asked.engine else registry.default(Output.AGES)
    face_index = 0 if asked.face is None else asked.face - 1
    ageing = plan_run(
        store,
        engine=engine.name,
        exhibit=asked.exhibit,
        parameters={"target_ages": list(asked.target_ages), "seed": asked.seed},
        pack=asked.ageing_pack or engine.default_pack,
        analyser=asked.analyser,
        face_index=face_index,
    )
    plan = LeadsPlan(asked, gallery, ageing)
    _sketch_spec(store, plan, None)
    return plan


def find_leads(
    store: CaseStore, plan: LeadsPlan, matcher: FaceAnalyser, execute: Execute, *, report: Report
) -> Leads:
    """Search with the photograph, show it at the ages, draw each of those, and search with every picture.

    Args:
        store: The casebook, open for writing.
        plan: From :func:`plan_leads`.
        matcher: The gallery's matcher.
        execute: Executes queued runs.
        report: Told progress from 0 to 1; may raise to stop between the stages, and what was done stays recorded.

    Returns:
        What was done, up to the stage that failed or was stopped.

    Raises:
        EvidenceAltered: A file of the casebook is missing or was altered.
        FaceNotFound: The photograph shows no face.
        InvalidInput: It is unclear which face is meant, or the gallery is empty or too small for the FMR; no run is
            recorded then.
        StoreUnavailable: A stage cannot be recorded.
    """
    done = Leads(plan)
    parts = _Parts(report, len(plan.asked.target_ages))
    exhibit_id = plan.ageing.exhibit_id
    photograph = _searched(store, plan, matcher, exhibit_id, face=plan.asked.face, report=parts.next_search())
    done.searches.append(StageSearch(Stage.PHOTOGRAPH, exhibit_id, result=photograph))
    done.ageing = _executed(store, plan, [plan.ageing], execute, parts.next_run())[0]
    if not _took(done, done.ageing):
        return done
    images = _variants(store, done.ageing)
    for image in images:
        _search_derived(store, done, matcher, Stage.DERIVED, image, image.target_age, parts.next_search())
    specs = [_sketch_spec(store, plan, image) for image in images]
    done.sketches = _executed(store, plan, specs, execute, parts.next_run(len(specs)))
    for image, run in zip(images, done.sketches, strict=True):
        if _took(done, run):
            for sketch in _variants(store, run):
                report_search = parts.next_search()
                _search_derived(store, done, matcher, Stage.SKETCH, sketch, image.target_age, report_search)
    report(1.0, "Done")
    return done


class _Parts:
    """Shares the whole's progress out to its stages, which report from 0 to 1 each."""

    def __init__(self, report: Report, ages: int) -> None:
        self._report = report
        self._whole = (1 + 2 * ages) * _SEARCH_WEIGHT + (1 + ages) * _RUN_WEIGHT
        self._done = 0.0

    def next_search(self) -> Report:
        return self._next(_SEARCH_WEIGHT)

    def next_run(self, count: int = 1) -> Report:
        return self._next(count * _RUN_WEIGHT)

    def _next(self, weight: float) -> Report:
        start, self._done = self._done, self._done + weight

        def part(fraction: float, words: str) -> None:
            self._report(min(1.0, (start + weight * max(0.0, fraction)) / self._whole), words)

        return part


def _sketch_spec(store: CaseStore, plan: LeadsPlan, image: DerivedImage | None) -> RunSpec:
    """Return the specification of a sketch of a derived image; of the photograph, to be checked alone, for ``None``."""
    asked, drawing = plan.asked, registry.default(Output.SKETCH)
    return plan_run(
        store,
        engine=drawing.name,
        exhibit=plan.ageing.exhibit_id,
        parameters={"seed": asked.seed, **({} if asked.style is None else {"style": asked.style})},
        pack=asked.sketch_pack or drawing.default_pack,
        analyser=asked.analyser,
        face_index=plan.ageing.face_index,
        source=None if image is None else derived_source(store, drawing.name, image.derived_image_id),
    )


def _executed(
    store: CaseStore, plan: LeadsPlan, specs: Sequence[RunSpec], execute: Execute, report: Report
) -> list[Run]:
    """Return a run of each specification: one that is there, or one that was queued; executed where it was not."""
    runs = [_found(store, spec) or queue_run(store, spec, device=plan.asked.device) for spec in specs]
    waiting = [run for run in runs if run.status is RunStatus.QUEUED]
    if waiting:
        execute(waiting, report)
    return [store.run(run.run_id) for run in runs]


def _found(store: CaseStore, spec: RunSpec) -> Run | None:
    """Return the newest run of exactly this specification that is completed, else one that is queued."""
    alike = [each for each in store.runs(store.exhibit(spec.exhibit_id).case_id) if each.spec == spec]
    for status in (RunStatus.COMPLETED, RunStatus.QUEUED):
        found = [each for each in alike if each.status is status]
        if found:
            return found[-1]
    return None


def _took(done: Leads, run: Run) -> bool:
    """Return whether a run completed; what became of it otherwise is kept."""
    if run.status in (RunStatus.CANCELLED, RunStatus.QUEUED):
        done.is_stopped = True
    elif run.status is not RunStatus.COMPLETED:
        done.failures[run.run_id] = run.failure
    return run.status is RunStatus.COMPLETED


def _variants(store: CaseStore, run: Run) -> list[DerivedImage]:
    return [each for each in store.derived_images(run.run_id) if each.role is ImageRole.DERIVED]


def _search_derived(
    store: CaseStore,
    done: Leads,
    matcher: FaceAnalyser,
    stage: Stage,
    image: DerivedImage,
    target_age: float | None,
    report: Report,
) -> None:
    name = image.derived_image_id
    result, why = None, ""
    try:
        result = _searched(store, done.plan, matcher, name, face=None, report=report)
    except (FaceNotFound, InvalidInput) as error:
        why = error.message
    done.searches.append(StageSearch(stage, name, target_age, image.run_id, result, why))


def _searched(
    store: CaseStore, plan: LeadsPlan, matcher: FaceAnalyser, name: str, *, face: int | None, report: Report
) -> SearchResult:
    asked = plan.asked
    return search_gallery(
        store,
        plan.gallery,
        name,
        matcher,
        top=asked.top,
        fmr=asked.fmr,
        threshold=asked.threshold,
        face=face,
        seed=asked.seed,
        report=report,
    )
