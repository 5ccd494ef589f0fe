"""A run as one JSON object and as a table: images, measures, the untouched photograph as control."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensic_app.cli.output import json_value, print_facts, print_table, say
from forensic_app.measured import age_detail, box_words, face_number, measures_of
from forensic_app.records import Decision, DerivedImage, ImageRole, Run

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

REMINDER = (
    "Each image shows one possible appearance. Estimated ages and scores are an analyser's reading of it, "
    "not facts about a person."
)


def run_object(store: CaseStore, run: Run, *, copies: Mapping[str, Path] | None = None) -> dict[str, Any]:
    """Return a run for ``--json``.

    ``derived_images`` holds the images of single variants, ``summary_images`` the mean and spread of several;
    ``path`` is the copy where one was made, else the file in the vault, which has no ending: ``name`` suggests one.
    ``decision`` is the examiner's newest on the image, ``None`` without one. ``estimated_age`` is in years:
    calibrated where the pack has a calibration, else raw; ``estimated_age_detail`` holds both.
    """
    images = store.derived_images(run.run_id)
    paths = {
        each.derived_image_id: (copies or {}).get(each.derived_image_id, store.vault.path(each.sha256))
        for each in images
    }
    decisions = store.decisions(run.run_id)
    objects = [
        (
            each.role,
            _image_object(each, run, paths[each.derived_image_id], decisions.get(each.derived_image_id)),
        )
        for each in images
    ]
    facts: dict[str, Any] = json_value(run)
    return {
        "run_id": run.run_id,
        "status": run.status.value,
        "exhibit_id": run.spec.exhibit_id,
        "face_number": face_number(run.spec.face_index),
        "derived_images": [image for role, image in objects if role is ImageRole.DERIVED],
        "summary_images": [image for role, image in objects if role is not ImageRole.DERIVED],
        "adapters": [
            {**json_value(each), "path": str(store.vault.path(each.sha256).absolute())}
            for each in store.adapters(run_id=run.run_id)
        ],
        "control": {**facts["control"], **_measures(run.control)} if run.control else {},
        "warnings": facts["warnings"],
        **{
            key: value
            for key, value in facts.items()
            if key not in {"run_id", "status", "control", "warnings"}
        },
    }


def print_run(answer: Mapping[str, Any]) -> None:
    """Print what :func:`run_object` returned."""
    spec = answer["spec"]
    print_facts(
        [
            ("Run", f"{answer['run_id']}, {answer['status']}"),
            ("Exhibit", answer["exhibit_id"]),
            ("Examiner", answer["examiner"]),
            ("Pack", f"{spec['pack_name']} {spec['pack_sha256'][:16]}..."),
            ("Face", _face(answer)),
            ("Analyser", spec["analyser"]),
            ("Seed", str(spec["parameters"].get("seed", ""))),
            ("Adapter", ", ".join(f"{each['adapter_id']} {each['path']}" for each in answer["adapters"])),
            ("Ended because", answer["failure"]),
        ]
    )
    if not answer["derived_images"]:
        return
    control = answer["control"]
    rows = [("untouched photograph", "", _years(control), _score(control))]
    rows += [
        (_age(image), image["variant"], _years(image), _score(image)) for image in answer["derived_images"]
    ]
    print_table(("Age shown", "Variant", "Estimated age", "Score"), rows)
    for image in (*answer["derived_images"], *answer["summary_images"]):
        what = f"variant {image['variant']}" if image["role"] == ImageRole.DERIVED else image["role"]
        say(f"{f'Age {_age(image)}' if _age(image) else 'Image'}, {what}, {_named(image)}: {image['path']}")
    say(REMINDER)


def decision_words(decision: Mapping[str, Any]) -> str:
    """Return an examiner's decision in words, from its JSON object."""
    verdict = "Accepted" if decision["is_accepted"] else "Rejected"
    return f"{verdict} by {decision['examiner']} ({decision['reason']})"


def _named(image: Mapping[str, Any]) -> str:
    words = "" if image["decision"] is None else f", {decision_words(image['decision'])}"
    return f"{image['derived_image_id']}{words}"


def _image_object(image: DerivedImage, run: Run, path: Path, decision: Decision | None) -> dict[str, Any]:
    from forensic_app.workflows.exporting import MEDIA_TYPE, file_name

    return {
        "derived_image_id": image.derived_image_id,
        "role": image.role.value,
        "path": str(path.absolute()),
        "name": file_name(image, run),
        "media_type": MEDIA_TYPE,
        "sha256": image.sha256,
        "target_age": image.target_age,
        "variant": image.variant,
        **_measures(image.metrics),
        "width_px": image.width_px,
        "height_px": image.height_px,
        "metrics": json_value(image.metrics),
        "decision": json_value(decision),
    }


def _face(answer: Mapping[str, Any]) -> str:
    """Return which face was worked on, of how many, and where it is, as far as that is recorded."""
    count, box = answer["face"].get("face_count"), answer["face"].get("box")
    words = str(answer["face_number"]) + (f" of {count}" if count else "")
    return f"{words}, {box_words(box)}" if box else words


def _measures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    measures = measures_of(metrics)
    return {
        "estimated_age": measures.age.best,
        "estimated_age_detail": json_value(age_detail(metrics)),
        "comparison_score": measures.score_to_exhibit,
    }


def _age(image: Mapping[str, Any]) -> str:
    return "" if image["target_age"] is None else f"{image['target_age']:g}"


def _years(measured: Mapping[str, Any]) -> str:
    years = measured.get("estimated_age")
    return "not measured" if years is None else f"{years:.1f}"


def _score(measured: Mapping[str, Any]) -> str:
    score = measured.get("comparison_score")
    return "" if score is None else f"{score:.3f}"
