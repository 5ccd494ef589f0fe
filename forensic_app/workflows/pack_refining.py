"""Refine a finished base pack without its training's work folder: a critic, how its edits are made, its card.

Rules:
    * The networks that draw stay as they are, and so does whatever the pack states about its training; each refinement
      of more than the card adds its command line.
    * Children that serve for fitting are moved from the faces kept for measuring to those kept for fitting: no face
      serves for both.
    * The pack is built beside its place and renamed: a stopped refinement leaves no half pack.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.pack.inputs import read_held_out
from forensic_app.evaluation.pack.special_sources import OLDEST_CHILD, YOUNGEST_CHILD
from forensic_app.workflows.base_card import base_card
from forensic_app.workflows.trained_packs import EVALUATION_NAME, evaluation_text, read_evaluation
from forensic_app.workflows.training_faces import FITTING_NAME, FITTING_SEED, kept_by

if TYPE_CHECKING:
    from forensic_app.engines.packs.pack import Pack
    from forensic_app.engines.training.schedule import StageProgress
    from forensic_app.faces.labelled_faces import LabelledFace

STAGES: Final = ("critic", "fit", "card")
DEFAULT_CRITIC_FACES: Final = 400
CRITIC_SEED: Final = 5
CARD_NAME: Final = "MODEL_CARD.md"
VALIDATION_NAME: Final = "validation.txt"
OnRefine = Callable[[float, str], None]


def refine_pack(
    pack: Pack,
    *,
    data: Sequence[Path],
    out: Path,
    stages: Sequence[str],
    command: str,
    children: int = 0,
    critic_faces: int = DEFAULT_CRITIC_FACES,
    work: Path | None = None,
    evaluation: Path | None = None,
    version: str | None = None,
    note: str | None = None,
    threads: int = 1,
    on_progress: OnRefine,
) -> Pack:
    """Write ``pack`` to ``out`` with its edits fitted anew or its card renewed, replacing a pack that is there.

    Args:
        pack: A base pack that this program trained.
        data: Folders or CSV files of labelled faces, with those that the pack names in ``fitting.txt``.
        out: Folder of the pack to make, which may be the pack's own.
        stages: Some of :data:`STAGES`.
        command: The command line, for the card.
        children: Children among the faces that the edits are fitted on; where the pack has fewer, some of those that
            it kept for measuring are drawn by seed.
        critic_faces: Faces that the critic learns from.
        work: Folder for what the critic learns from, which holds latents of pictures of the data; a stopped stage goes
            on from there. ``OUT.work`` by default.
        evaluation: Result of ``evaluate pack`` for the card; by default the pack's own.
        version: Version of the weights; the pack's own by default.
        note: Remark on the measurement; the pack's own by default.
        threads: CPU threads.
        on_progress: Called with the fraction done and words.

    Raises:
        InvalidInput: A stage is unknown, the pack does not say how it was trained, or the data lack its faces.
        PackAltered: A file of the pack does not have its digest.
        StoreUnavailable: The folder cannot be written.
    """
    from forensic_app.engines.base_training.export import publish_pack, unfinished_folder, writing_pack
    from forensic_app.engines.packs.pack import read_pack, write_manifest
    from forensic_app.engines.packs.verification import verify_pack
    from forensic_app.faces.labelled_faces import read_labelled_faces
    from forensic_app.workflows.edit_fitting import fit_on_kept_faces

    unknown = sorted(set(stages) - set(STAGES))
    if unknown:
        raise InvalidInput(f"There is no stage {', '.join(unknown)}.", f"Use: {', '.join(STAGES)}.")
    if not isinstance(pack.card.get("training"), dict):
        raise InvalidInput(
            f"The pack {pack.name} does not say how it was trained.",
            "Refine a pack that this program trained.",
        )
    result = read_evaluation(evaluation or _own_evaluation(pack), of="pack", known_by="by_target")
    verify_pack(pack)
    folder = unfinished_folder(out)
    with writing_pack(out):
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(pack.path, folder)
    card = {name: value for name, value in pack.card.items() if name != "files"}
    card |= {"name": out.name}
    if set(stages) - {"card"}:
        card |= {"refined_by": [*card.get("refined_by", []), command]}
    card |= {} if version is None else {"version": version}
    card |= {} if note is None else {"note": note}
    faces = read_labelled_faces(*data).faces if set(stages) - {"card"} else ()
    if "critic" in stages:
        folder_of_lessons = work or out.with_name(f"{out.name}.work")
        card["critic"] = _critic(folder, faces, folder_of_lessons, critic_faces, threads, on_progress)
        with writing_pack(out):
            write_manifest(folder, card)
    if "fit" in stages:
        _divide(folder, faces, children)
        card["editing"] = None
        with writing_pack(out):
            write_manifest(folder, card)
        card["editing"] = fit_on_kept_faces(
            read_pack(folder), faces, threads=threads, on_progress=on_progress
        )
    with writing_pack(out):
        card["weights_sha256"] = write_manifest(folder, card).weights_sha256
    text = base_card(name=out.name, facts=card, training=card["training"], evaluation=result)
    with writing_pack(out):
        for name, content in {CARD_NAME: text, **evaluation_text(result)}.items():
            (folder / name).write_text(content, encoding="utf-8")
        write_manifest(folder, card)
    return publish_pack(out)


def _own_evaluation(pack: Pack) -> Path | None:
    path = pack.path / EVALUATION_NAME
    return path if path.is_file() else None


def _divide(folder: Path, faces: Sequence[LabelledFace], children: int) -> None:
    """Move children from the faces kept for measuring to those kept for fitting until there are enough."""
    fitting, kept = read_held_out(folder, name=FITTING_NAME), read_held_out(folder)
    young = {face.path.name for face in faces if YOUNGEST_CHILD <= face.age_years <= OLDEST_CHILD}
    missing = children - len(fitting & young)
    if missing <= 0:
        return
    candidates = sorted(kept & young)
    if len(candidates) < missing:
        raise InvalidInput(
            f"The data hold only {len(candidates)} children that the pack kept from its training.",
            f"Ask for {len(candidates) + len(fitting & young)} or fewer, or name the data that it was trained on.",
        )
    places = np.random.default_rng(FITTING_SEED).permutation(len(candidates))[:missing]
    moved = {candidates[place] for place in places}
    for name, names in ((FITTING_NAME, fitting | moved), (VALIDATION_NAME, kept - moved)):
        (folder / name).write_text("".join(f"{each}\n" for each in sorted(names)), encoding="utf-8")


def _critic(
    folder: Path, faces: Sequence[LabelledFace], work: Path, count: int, threads: int, on_progress: OnRefine
) -> dict[str, Any]:
    """Train a critic on what the pack in ``folder`` makes, put it there, and return what the card says of it."""
    from forensic_app.engines.aging.components import load_components
    from forensic_app.engines.base_training.critic_lessons import critic_lessons
    from forensic_app.engines.base_training.critic_training import train_critic
    from forensic_app.engines.base_training.export import write_critic
    from forensic_app.engines.device import choose_device
    from forensic_app.engines.packs.pack import read_pack
    from forensic_app.engines.training.hardware import pick_device
    from forensic_app.faces.dlib import DlibAnalyser

    device = pick_device("auto", threads=threads)

    def report(progress: StageProgress) -> None:
        on_progress(
            progress.done / max(progress.total, 1), f"Critic: {progress.done:,} of {progress.total:,}"
        )

    lessons = critic_lessons(
        load_components(read_pack(folder), choose_device("auto", threads=threads)),
        faces,
        DlibAnalyser(),
        work,
        count=count,
        kept=kept_by(folder),
        seed=CRITIC_SEED,
        device=device,
        report=report,
    )
    trained = train_critic(lessons, seed=CRITIC_SEED, report=report)
    write_critic(folder, trained.network)
    return {
        "faces": len(np.unique(lessons.faces)),
        "auc": round(trained.auc, 3),
        "flagged": round(trained.flagged, 3),
        "flagged_gentle": round(trained.gentle, 3),
        "kept_photographs": trained.photographs,
    }
