"""Plan a personalisation: which of a subject's exhibits it learns from, and what is known about them before.

Rules:
    * Three photographs are needed, ten are advised, twenty are the most; all of one subject and one case.
    * Photographs whose faces disagree are named before anything is queued.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from forensic_app.engines.personalisation.schema import (
    DESCRIPTOR,
    FEWEST_PHOTOS,
    GOOD_PHOTOS,
    MOST_PHOTOS,
)
from forensic_app.errors import InvalidInput
from forensic_app.records import Exhibit, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.adapters import personal_facts
from forensic_app.workflows.execution import find_pack, plan_run


def plan_personalisation(
    store: CaseStore,
    *,
    subject: str,
    pack: str,
    parameters: Mapping[str, Any],
    exhibits: Sequence[str] = (),
    engine: str = DESCRIPTOR.name,
) -> RunSpec:
    """Return the specification of a run that learns a subject's face; nothing is recorded yet.

    Args:
        store: The casebook.
        subject: Identifier of the subject.
        pack: Name of the base model pack.
        parameters: Values by name; defaults are filled in.
        exhibits: Identifiers or numbers of the subject's exhibits; all of them by default.
        engine: Registry name of an engine that learns.

    Raises:
        InvalidInput: Too few or too many exhibits, one of another subject, or a parameter out of bounds.
        RecordNotFound: There is no such subject or exhibit.
        PackMissing: There is no such pack.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
    """
    chosen = _chosen(store, subject, exhibits)
    if len(chosen) < FEWEST_PHOTOS:
        raise InvalidInput(
            f"The subject {subject} has {len(chosen)} photographs to learn from.",
            f"Receive more: at least {FEWEST_PHOTOS}, better {GOOD_PHOTOS} or more.",
        )
    if len(chosen) > MOST_PHOTOS:
        raise InvalidInput(
            f"{len(chosen)} photographs are more than the {MOST_PHOTOS} that are learned from.",
            "Name the best ones with --exhibits.",
        )
    spec = plan_run(store, engine=engine, exhibit=chosen[0].exhibit_id, parameters=parameters, pack=pack)
    return dataclasses.replace(spec, reference_sha256=tuple(exhibit.picture_sha256 for exhibit in chosen[1:]))


def review_photographs(store: CaseStore, spec: RunSpec) -> list[str]:
    """Return what the examiner should know about the photographs before the run is queued.

    Raises:
        InvalidInput: Fewer than three show a usable face.
        EvidenceAltered: A photograph no longer has its digest.
    """
    from forensic_app.engines.personalisation import photographs
    from forensic_app.engines.pictures.measurement import read_calibration
    from forensic_app.faces.registry import load_analyser

    pack = find_pack(store, spec)
    sources = []
    for photo in personal_facts(store, spec)["photos"]:
        path = store.vault.path(photo["sha256"])
        sources.append(photographs.Source(photo["exhibit_id"], path, photo["sha256"], photo["age"]))
    review = photographs.review_photographs(
        sources,
        load_analyser("dlib"),
        crop_px=pack.resolution,
        calibration=read_calibration(pack),
        leaves_out_disagreeing=bool(spec.parameters["leave_out_disagreeing"]),
    )
    return list(review.warnings)


def _chosen(store: CaseStore, subject: str, exhibits: Sequence[str]) -> list[Exhibit]:
    person = store.subject(subject)
    if not exhibits:
        return [
            each
            for each in store.exhibits(person.case_id)
            if each.subject_id == person.subject_id and each.tombstone_reason is None
        ]
    chosen = [store.exhibit(name) for name in dict.fromkeys(exhibits)]
    for each in chosen:
        if each.subject_id != person.subject_id:
            raise InvalidInput(
                f"The exhibit {each.exhibit_number} is not of the subject {person.subject_id}.",
                "Name exhibits of one subject.",
            )
        if each.tombstone_reason is not None:
            raise InvalidInput(f"The exhibit {each.exhibit_number} was withdrawn.", "Leave it out.")
    return chosen
