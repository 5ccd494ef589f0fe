"""Evaluate matching across ages on a folder of photographs of known people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forensic_app.engines.packs.pack import Pack, read_pack
from forensic_app.evaluation.matching.photographs import (
    AgedSide,
    PhotoSet,
    Protocol,
    parse_age_range,
    read_photo_set,
)
from forensic_app.evaluation.pack.inputs import HELD_OUT_NAME
from forensic_app.evaluation.series.protocols import OnProgress
from forensic_app.workflows.trained_packs import read_names


def evaluate_matching_of_folder(
    data: Path,
    *,
    protocol: Protocol,
    reference_ages: str = "",
    probe_ages: str = "",
    pack_path: Path | None = None,
    matcher: str | None = None,
    aged: AgedSide = AgedSide.REFERENCE,
    limit_people: int | None = None,
    people: Path | None = None,
    second_recogniser: Path | None = None,
    out_dir: Path | None = None,
    seed: int = 0,
    settings: Sequence[str] = (),
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Return the numbers of every arm; see :func:`forensic_app.evaluation.matching.evaluation.evaluate_matching`.

    Args:
        data: Folder of photographs.
        protocol: How it names its people.
        reference_ages: Range of ages of the references, empty for the protocol's default.
        probe_ages: Of the probes.
        pack_path: Folder of the pack that changes ages; ``None`` leaves out the arms with derived faces.
        matcher: Name of the pack of a comparison network, or path of its folder; ``None`` leaves out its arms.
        aged: Which photograph of a pair is changed to the other's age.
        limit_people: Most people.
        people: File with the names of the only people that take part, one a line, such as a pack's ``validation.txt``.
        second_recogniser: Folder of MobileFace; ``None`` leaves out its arms.
        out_dir: New or empty folder for numbers and figures.
        seed: Seed of the engine and of the intervals.
        settings: Engine parameters other than the defaults, each ``name=value``.
        on_progress: Called with the fraction done and words; may raise ``RunCancelled``.

    Raises:
        InvalidInput: The folder, a range or a setting is not usable, or there are too few comparisons.
        PackMissing: A part of a pack is not there.
        PackAltered: A file does not have its digest.
        PackRefused: A pack is of a kind that is not loaded.
        RunCancelled: From ``on_progress``.
    """
    photo_set = read_photo_set(
        data,
        protocol,
        reference_ages=parse_age_range(reference_ages) if reference_ages else None,
        probe_ages=parse_age_range(probe_ages) if probe_ages else None,
        limit_people=limit_people,
        only=None if people is None else read_names(people),
    )
    from forensic_app.engines.matcher.loading import load_matcher
    from forensic_app.evaluation.judges.second_recogniser import SecondRecogniser
    from forensic_app.evaluation.matching.evaluation import MatchingPlan, evaluate_matching
    from forensic_app.evaluation.pack.inputs import calibration_for
    from forensic_app.evaluation.series.makers import series_maker
    from forensic_app.faces.registry import load_analyser
    from forensic_app.workflows.packs import find_pack

    analyser = load_analyser("dlib")
    judge = None if matcher is None else find_pack(matcher, None)
    notes = () if judge is None else _notes_on(judge, photo_set, data.resolve().name, pack_path)
    return evaluate_matching(
        MatchingPlan(photo_set, data=data.name, seed=seed, aged=aged, notes=notes),
        analyser,
        maker=None if pack_path is None else series_maker(pack_path, seed=seed, settings=settings),
        calibration=None if pack_path is None else calibration_for(pack_path, analyser),
        matcher=None if judge is None else load_matcher(judge),
        second=None if second_recogniser is None else SecondRecogniser(second_recogniser),
        out_dir=out_dir,
        on_progress=on_progress,
    )


def _notes_on(judge: Pack, photo_set: PhotoSet, data: str, pack_path: Path | None) -> tuple[str, ...]:
    """Return why a matcher pack may judge too well: it may have learned from these people, or this pack's faces."""
    notes = []
    people = {photo.subject for photo in photo_set.photos}
    listed = judge.path / HELD_OUT_NAME
    kept = read_names(listed) if HELD_OUT_NAME in judge.files else frozenset()
    unknown = {each for each in people if not {each, f"{data}/{each}"} & kept}
    if unknown:
        notes.append(
            f"Of {len(people)} people the pack {judge.name} names {len(people) - len(unknown)} as kept from its "
            "training. Where it learned from the others, the numbers of the matcher's arms are too good; --people with "
            f"its {HELD_OUT_NAME} leaves them out."
        )
    maker = None if pack_path is None else read_pack(pack_path)
    if maker is not None and str(judge.card.get("derived_with") or "").split(" ")[0] == maker.name:
        notes.append(
            f"The pack {judge.name} learned from faces that {judge.card['derived_with']} made: its arms with derived "
            "faces are no independent judgement of them."
        )
    return tuple(notes)
