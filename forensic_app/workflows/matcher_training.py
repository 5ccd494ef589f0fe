"""Train a matcher pack from photographs of known people, and write it with its card and licence.

Rules:
    * One person in so many is kept from the training, by the digest of set and name; ``validation.txt`` names them.
    * Derived faces come from the named pack, of people whom nobody knows by more than one photograph, and never of
      those that the pack itself keeps for measuring.
    * The card states the data, their licence and the command as the operator gave them, and holds only numbers from
      ``forensic-app evaluate matching``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.evaluation.measures.error_rates import (
    false_non_match_rate,
    least_non_mated_count,
    threshold_at_fmr,
)
from forensic_app.faces.labelled_faces import LabelledFace, read_labelled_faces, stratified_sample
from forensic_app.faces.people import OLD, YOUNG, Photo, is_fgnet, read_fgnet, read_folders
from forensic_app.images import load_working_copy
from forensic_app.workflows.matcher_card import matcher_card
from forensic_app.workflows.trained_packs import PackFacts, export_network, read_evaluation
from forensic_app.workflows.training_faces import kept_by

if TYPE_CHECKING:
    from forensic_app.engines.matcher.network import MatcherNetwork
    from forensic_app.engines.matcher_training.config import MatcherTrainingConfig
    from forensic_app.engines.matcher_training.people import Chips
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.schedule import ReportStage

SETS_OF_PEOPLE: Final = ("fgnet", "lag", "lfw")
SETS_OF_FACES: Final = ("utkface", "aaf")
"""Names of folders that stand for themselves in a folder of data sets."""
YOUNGER_AGES: Final = (8.0, 13.0)
OLDER_AGES: Final = (25.0, 45.0, 65.0)
"""Ages that a face is changed to: adults to all of them, children to the older ones."""
_GROWN_YEARS = 18.0
_DERIVED = "derived.npy"
_VALIDATION = "validation.txt"


def train_matcher_pack(
    *,
    data: Sequence[Path],
    out: Path,
    work: Path,
    config: MatcherTrainingConfig,
    facts: PackFacts,
    measured: Sequence[Path] = (),
    command: str,
    derive_with: Pack | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
    resume: bool = False,
    report: ReportStage,
) -> Pack:
    """Train to the configured number of steps, going on from the last checkpoint, and export the pack.

    Args:
        data: Folders of people (one folder each, or FG-NET's names), of labelled faces, or of such folders under their
            names ``fgnet``, ``lag``, ``lfw``, ``utkface`` and ``aaf``.
        out: Folder of the pack.
        work: Folder of chips, checkpoints and metrics; it holds pictures of the data.
        config: Weights and schedule.
        facts: What the card states.
        measured: Results of ``evaluate matching`` for the card, beside that of ``facts``.
        command: The command line, for the card.
        derive_with: Pack that changes ages, for derived faces; ``None`` for none.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: CPU threads.
        resume: Whether to go on with a training that ``work`` holds.
        report: Receives progress.

    Raises:
        InvalidInput: The data, the configuration, the pack or the folders do not fit.
        StoreUnavailable: The checkpoint is damaged, or the pack cannot be written.
    """
    from forensic_app.engines.matcher.schema import COMPONENT, PACK_KIND
    from forensic_app.engines.matcher_training.people import load_or_cut_chips
    from forensic_app.engines.matcher_training.tables import finish_network, nearest_strangers
    from forensic_app.engines.matcher_training.training import Lessons, train_matcher
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.engines.training.schedule import counted
    from forensic_app.engines.training.work import log_metrics, logged, prepare_work, training_hours
    from forensic_app.faces.dlib import DlibAnalyser
    from forensic_app.faces.networks import RECOGNITION_CHIP_PX

    evaluations = [
        each
        for each in (
            read_evaluation(path, of="matching", known_by="arms") for path in (facts.evaluation, *measured)
        )
        if each is not None
    ]
    people, all_faces = read_data(data)
    faces = stratified_sample(all_faces, config.single_faces, seed=config.seed)
    kept_names = frozenset() if derive_with is None else kept_by(derive_with.path)
    chosen = pick_device(device, precision=precision, threads=threads)
    prepare_work(work, config, settings_changed, resume=resume)
    chips = load_or_cut_chips(
        people,
        faces,
        work,
        kept_share=config.kept_share,
        kept_names=kept_names,
        report=counted("faces", report),
    )
    derived = None
    if derive_with is not None and config.derived_people and config.derived_faces:
        drawn = stratified_sample(
            [face for face in faces if face.path.name not in kept_names],
            config.derived_faces,
            seed=config.seed,
        )
        derived = derived_chips(
            drawn, derive_with.path, work, seed=config.seed, report=counted("derived", report)
        )
    lessons = Lessons(chips, derived)
    bundled = DlibAnalyser().recognition_network
    if config.near_share:
        lessons.near = nearest_strangers(bundled, chips, lessons.places)
    network = train_matcher(
        lessons,
        bundled,
        config,
        work,
        device=chosen,
        measure=lambda trained: kept_people_rates(trained, chips),
        report=logged(work, report),
        log=lambda values: log_metrics(work, values),
    )
    network = finish_network(network, chips)
    network.threshold = adult_threshold(network, chips)
    kept = sorted(chips.people(kept=True))
    stated = {
        **facts.stated(command=command, hours=training_hours(work, ["matcher"]), device=chosen),
        "people": len(lessons.places),
        "people_kept": len(kept),
        "photographs": sum(map(len, lessons.places.values())),
        "single_faces": sum(map(len, chips.singles())),
        "derived_faces": 0 if derived is None else len(derived),
        "derived_with": None if derive_with is None else f"{derive_with.name} {derive_with.version}",
        "threshold": network.threshold,
    }
    return export_network(
        out,
        network,
        kind=PACK_KIND,
        component=COMPONENT,
        resolution=RECOGNITION_CHIP_PX,
        training=config.to_json(),
        stated=stated,
        licence_file=facts.licence_file,
        card=matcher_card(name=out.name, facts=stated, training=config.to_json(), evaluations=evaluations),
        evaluation={"evaluations": evaluations} if evaluations else None,
        texts={_VALIDATION: "".join(f"{person}\n" for person in kept)},
    )


def settings_changed(before: MatcherTrainingConfig, now: MatcherTrainingConfig) -> list[str]:
    """Return the settings that may not change between stops, and have: all but the numbers of steps and runs."""
    first, second = before.to_json(), now.to_json()
    return sorted(name for name in first if name not in ("steps", "runs") and first[name] != second[name])


def read_data(folders: Sequence[Path]) -> tuple[dict[str, list[Photo]], list[LabelledFace]]:
    """Return photographs of known people by the name of their set, and labelled faces of others.

    Raises:
        InvalidInput: A folder is missing or holds neither, or two sets have one name.
    """
    people: dict[str, list[Photo]] = {}
    faces: list[LabelledFace] = []
    for folder in _sets(folders):
        if not folder.is_dir():
            raise InvalidInput(
                f"There is no folder {folder}.", "Name folders of people or of labelled faces."
            )
        if folder.name in people:
            raise InvalidInput(f"Two sets are called {folder.name}.", "Rename one of the folders.")
        if is_fgnet(folder):
            people[folder.name] = read_fgnet(folder)[0]
        elif any(path.is_dir() for path in folder.iterdir()):
            people[folder.name] = read_folders(folder)[0]
        else:
            faces += read_labelled_faces(folder).faces
    if not people:
        raise InvalidInput("The data hold nobody by more than one photograph.", "Name a folder of people.")
    return people, faces


def _sets(folders: Sequence[Path]) -> list[Path]:
    found = []
    for folder in folders:
        named = [folder / name for name in (*SETS_OF_PEOPLE, *SETS_OF_FACES) if (folder / name).is_dir()]
        found += named or [folder]
    return found


def derived_chips(
    faces: Sequence[LabelledFace], pack: Path, work: Path, *, seed: int, report: Any
) -> NDArray[np.uint8]:
    """Return chips of faces and of the same faces at other ages, ``(n, 4, 170, 170, 3)`` uint8.

    Args:
        faces: One face each.
        pack: Folder of the pack that changes ages.
        work: Folder where they are kept: they show people of the data.
        seed: Of the engine.
        report: Called with what is done and what there is in all.
    """
    path = work / _DERIVED
    if path.is_file():
        kept: NDArray[np.uint8] = np.load(path, mmap_mode="r")
        return kept
    from forensic_app.engines.matcher.schema import CHIP_PADDING, CHIP_PX
    from forensic_app.evaluation.series.makers import series_maker
    from forensic_app.evaluation.series.protocols import RawAge, locate
    from forensic_app.faces.align import align
    from forensic_app.faces.dlib import DlibAnalyser, face_chip

    maker, analyser = series_maker(pack, seed=seed, settings=()), DlibAnalyser()
    made = []
    for place, face in enumerate(faces):
        report(place, len(faces))
        try:
            photo = load_working_copy(face.path)
        except UnreadableImage:
            continue
        found = analyser.detect(photo)
        if not found:
            continue
        crop = align(photo, found[0], maker.crop_size_px).crop
        series = maker.make_series(
            crop,
            source_age=face.age_years,
            sex=face.sex.value,
            embedding=analyser.embed(photo, found[0]),
            target_ages=shown_ages(face.age_years),
            raw_age=RawAge(analyser.name, analyser.estimate_age(photo, found[0]).years),
        )
        rows = [face_chip(photo, found[0], size_px=CHIP_PX, padding=CHIP_PADDING)]
        for each in series:
            shown, _ = locate(each, analyser, found[0].scheme)
            rows.append(face_chip(each, shown, size_px=CHIP_PX, padding=CHIP_PADDING))
        made.append(np.stack(rows))
    report(len(faces), len(faces))
    if not made:
        raise InvalidInput("No face was found to derive others from.", "Check the folders of labelled faces.")
    temporary = path.with_name(f".{path.name}")
    with temporary.open("wb") as stream:
        np.save(stream, np.stack(made))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    return np.stack(made)


def shown_ages(age_years: float) -> tuple[float, ...]:
    """Return the three ages that a face is changed to: grown ones for a child, children's and a far one for others."""
    if age_years < _GROWN_YEARS:
        return OLDER_AGES
    far = OLDER_AGES[-1] if age_years < sum(OLDER_AGES) / len(OLDER_AGES) else OLDER_AGES[0]
    return (*YOUNGER_AGES, far)


def kept_people_rates(network: MatcherNetwork, chips: Chips) -> dict[str, float]:
    """Return what a network reaches on the people kept apart, by kind of set, and their mean as ``loss``.

    Args:
        network: In eval mode.
        chips: Of all people.

    Returns:
        ``fnmr_exact`` (children against adults), ``fnmr_parted`` (young against old) and ``fnmr_plain`` (all pairs) at
        an FMR of 1 %, as far as there are people for it, and ``loss``, their mean, each with one minus its AUC.
    """
    from forensic_app.engines.matcher_training.tables import embedded

    places = np.array(sorted(place for own in chips.people(kept=True).values() for place in own))
    if len(places) == 0:
        return {"loss": 0.0}
    values = embedded(network.trunk, chips.pixels, places) - network.centre
    templates = (values / values.norm(dim=1, keepdim=True)).double().numpy()
    rows = [chips.rows[place] for place in places]
    people = np.array([row.person for row in rows])
    is_exact = np.array([row.age_years is not None for row in rows])
    grown = np.array([row.is_adult for row in rows])
    parts = np.array([row.part for row in rows])
    plain = ~is_exact & (parts == "")
    kinds = {
        "exact": (is_exact & ~grown, is_exact & grown),
        "parted": (parts == YOUNG, parts == OLD),
        "plain": (plain, plain),
    }
    found: dict[str, float] = {}
    losses = []
    for kind, (first, second) in kinds.items():
        scores = templates[first] @ templates[second].T
        same = people[first][:, None] == people[second][None]
        counted = np.triu(np.ones_like(same), 1) if kind == "plain" else np.ones_like(same)
        mated, others = scores[same & counted], scores[~same & counted]
        if mated.size == 0 or others.size < least_non_mated_count(0.01):
            continue
        limit = threshold_at_fmr(others, target_fmr=0.01)
        found[f"fnmr_{kind}"] = false_non_match_rate(mated, threshold=limit.value)
        area = np.searchsorted(np.sort(others), mated, side="left").mean() / others.size
        losses.append(found[f"fnmr_{kind}"] + 1.0 - float(area))
    return {**found, "loss": float(np.mean(losses)) if losses else 0.0}


def adult_threshold(network: MatcherNetwork, chips: Chips) -> float:
    """Return the score at an FMR of 0.1 % between adults of different people, of all that there are.

    Args:
        network: Finished, in eval mode.
        chips: Of all people; one photograph of each, kept people first.
    """
    from forensic_app.engines.matcher_training.tables import embedded

    groups: Mapping[str, list[int]] = {**chips.people(kept=True), **chips.people(kept=False)}
    adults = [next((place for place in own if chips.rows[place].is_adult), None) for own in groups.values()]
    places = np.array([place for place in adults if place is not None][:1000])
    embeddings = embedded(network.trunk, chips.pixels, places, views=network.views)
    templates = network.of_embeddings(embeddings).double().numpy()
    others = (templates @ templates.T)[np.triu_indices(len(places), 1)]
    target = max(0.001, 1.0 / max(1, others.size))
    return round(float(threshold_at_fmr(others, target_fmr=target).value), 4)
