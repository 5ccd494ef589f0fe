"""Plan a run, queue it, and put together what the worker needs for it.

Rules:
    * A run is planned with every default filled in, and only with a pack whose licence was accepted here.
    * Before the worker sees a photograph its digest is checked; the worker checks it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from forensic_app.engines import registry
from forensic_app.engines.analysers import ANALYSER_NAMES
from forensic_app.engines.descriptor import Output
from forensic_app.engines.device_names import checked_device
from forensic_app.engines.matcher.schema import DEFAULT_PACK as MATCHER_PACK
from forensic_app.engines.matcher.schema import PACK_KIND as MATCHER_KIND
from forensic_app.engines.packs.pack import Pack, list_packs, require_kind, search_paths
from forensic_app.engines.packs.pack import resolve as resolve_pack
from forensic_app.errors import ForensicAppError, InvalidInput, LicenceNotAccepted, PackAltered
from forensic_app.measured import face_number
from forensic_app.messages import RunRequest
from forensic_app.parameters import resolve
from forensic_app.records import Exhibit, Run, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.adapters import adapter_path, adapter_sha256, cache_folder, personal_facts
from forensic_app.workflows.exhibit_pictures import about_exhibit, refuse_withdrawn
from forensic_app.workflows.relatives import check_relatives, resolved_relatives
from forensic_app.workflows.run_input import DerivedSource, input_of


def plan_run(
    store: CaseStore,
    *,
    engine: str,
    exhibit: str,
    parameters: Mapping[str, Any],
    pack: str,
    analyser: str = "dlib",
    face_index: int = 0,
    source: DerivedSource | None = None,
) -> RunSpec:
    """Return the whole specification of a run; nothing is recorded yet.

    Args:
        store: The casebook.
        engine: Registry name.
        exhibit: Identifier or number of the exhibit.
        parameters: Values by name; defaults are filled in.
        pack: Name of the model pack.
        analyser: Name of the face analyser.
        face_index: Which face, 0 = largest.
        source: The derived image to work on in place of the exhibit it goes back to.

    Raises:
        InvalidInput: The engine, the analyser or a parameter is unknown or out of bounds, or the pack does not know a
            value; the exhibit was removed.
        RecordNotFound: There is no such exhibit.
        PackMissing: There is no such pack.
        PackRefused: The pack is of a kind that is not loaded, or serves another engine.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        AdapterRefused: The adapter named belongs to another subject or another pack.
        ConsentMissing: A relative named has no consent that holds.
    """
    described = registry.descriptor(engine)
    resolved = resolve(described.schema, parameters)
    record = store.exhibit(exhibit)
    refuse_withdrawn(record)
    if analyser not in ANALYSER_NAMES:
        raise InvalidInput(
            f"There is no face analyser called {analyser}.", f"Choose one of {', '.join(ANALYSER_NAMES)}."
        )
    if face_index < 0:
        raise InvalidInput(
            f"The face number cannot be {face_number(face_index)}.", "Count from 1, the largest face."
        )
    found = resolve_pack(pack, search_paths(store.packs_dir))
    require_kind(found, described.pack_kind)
    for choice in described.pack_choices:
        choice.check(resolved, found.card, pack=found.name)
    if not store.is_licence_accepted(found.sha256):
        raise LicenceNotAccepted(
            f"The licence of the model pack {found.name} was not accepted in this casebook.",
            f"Read it and accept it: forensic-app pack accept {found.name}.",
        )
    if resolved.get("adapter"):
        resolved["adapter"] = adapter_sha256(
            store, resolved["adapter"], exhibit=record, pack_sha256=found.sha256
        )
    if resolved.get("relatives"):
        resolved["relatives"] = resolved_relatives(store, resolved["relatives"], exhibit=record)
    return RunSpec(
        engine=engine,
        engine_version=described.version,
        exhibit_id=record.exhibit_id,
        exhibit_sha256=record.picture_sha256,
        parameters=resolved,
        pack_name=found.name,
        pack_sha256=found.sha256,
        analyser=analyser,
        face_index=face_index,
        reference_sha256=tuple(other.picture_sha256 for other in _other_exhibits(store, record)),
        source_derived_image_id=source.image.derived_image_id if source else "",
        source_sha256=source.image.sha256 if source else "",
        **_second_pack(store, analyser, makes=described.makes),
    )


def queue_run(store: CaseStore, spec: RunSpec, *, device: str = "auto") -> Run:
    """Record that a run is asked for, in the case of its exhibit; event ``run_queued``.

    Args:
        store: The casebook, open for writing.
        spec: What is asked for.
        device: On what it will be executed, which must be there: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        InvalidInput: The case is closed, the exhibit was removed, or there is no such device.
    """
    checked_device(device)
    return store.queue_run(case_id=store.exhibit(spec.exhibit_id).case_id, spec=spec)


def request_for(store: CaseStore, run: Run, *, output_dir: Path, inputs: Mapping[str, Any]) -> RunRequest:
    """Return what the worker needs for ``run``, having checked what it refers to.

    Args:
        store: The casebook.
        run: The run.
        output_dir: Empty folder.
        inputs: ``device``, ``threads``, ``analyser_path`` and ``subject``.

    Raises:
        ConsentMissing: The case is a media production, and the person shown has no consent that holds today.
        EvidenceAltered: A photograph no longer has its digest.
        PackMissing: The pack is not on this machine.
        PackAltered: The pack of that name has another digest.
    """
    spec = run.spec
    store.check_consent(spec.exhibit_id)
    given = input_of(store, spec)
    relatives = check_relatives(store, spec.parameters, exhibit=store.exhibit(spec.exhibit_id))
    references = {}
    for sha256 in spec.reference_sha256:
        holder = store.exhibit_by_sha256(sha256)
        with nullcontext() if holder is None else about_exhibit(holder):
            store.vault.check(sha256)
        references[holder.exhibit_id if holder else sha256] = sha256
    pack = find_pack(store, spec)
    return RunRequest(
        run_id=run.run_id,
        engine=spec.engine,
        parameters=dict(spec.parameters),
        exhibit_path=given.path,
        exhibit_sha256=given.sha256,
        exhibit_name=f"exhibit {store.exhibit(spec.exhibit_id).exhibit_number}",
        pack_path=pack.path,
        pack_sha256=spec.pack_sha256,
        analyser=spec.analyser,
        output_dir=output_dir,
        analyser_path=Path(inputs["analyser_path"]) if inputs["analyser_path"] else None,
        face_index=spec.face_index,
        reference_paths={name: store.vault.path(sha256) for name, sha256 in references.items()},
        reference_sha256=references,
        subject=dict(inputs["subject"]),
        device=str(inputs["device"]),
        threads=int(inputs["threads"]),
        picture_window=given.picture_window,
        original_path=given.original_path,
        original_sha256=spec.exhibit_sha256 if given.original_path else "",
        adapter_path=adapter_path(store, spec.parameters),
        cache_dir=cache_folder(store.casebook_id),
        second_pack_path=_second_pack_path(store, spec),
        second_pack_sha256=spec.second_pack_sha256,
        relative_paths=relatives,
        relative_names={sha256: _number_of(store, sha256) for sha256 in relatives},
    )


def _number_of(store: CaseStore, sha256: str) -> str:
    holder = store.exhibit_by_sha256(sha256)
    return sha256[:12] if holder is None else holder.exhibit_number


def find_pack(store: CaseStore, spec: RunSpec) -> Pack:
    """Return the pack that a specification names, by its digest.

    Raises:
        PackMissing: No pack has that digest or that name.
        PackAltered: The packs of that name have other digests.
        PackRefused: The pack of that name cannot be read.
    """
    folders = search_paths(store.packs_dir)
    for folder in folders:
        for pack in list_packs((folder,)):
            if pack.sha256 == spec.pack_sha256:
                return pack
    named = resolve_pack(spec.pack_name, folders)
    raise PackAltered(
        f"The model pack {spec.pack_name} has the digest {named.sha256[:16]}..., the run names "
        f"{spec.pack_sha256[:16]}...",
        "Restore the pack of the run from its source, or queue a new run with the present pack.",
    )


def subject_facts(store: CaseStore, spec: RunSpec) -> dict[str, Any]:
    """Return what an engine may know about the person: ``sex`` and ``age_at_photo``, where recorded.

    A personalisation is told its photographs too, see :func:`forensic_app.workflows.adapters.personal_facts`.
    """
    exhibit = store.exhibit(spec.exhibit_id)
    facts: dict[str, Any] = {"age_at_photo": exhibit.age_at_photo, **personal_facts(store, spec)}
    if exhibit.subject_id is not None:
        facts["sex"] = store.subject(exhibit.subject_id).sex.value
    return facts


def _second_pack(store: CaseStore, analyser: str, *, makes: Output) -> dict[str, str]:
    """Return the fields of a specification that name the matcher beside the bundled analyser.

    It scores where its pack is here and its licence was accepted in this casebook, and only pictures.
    """
    if analyser != "dlib" or makes is Output.ADAPTER:
        return {}
    try:
        pack = resolve_pack(MATCHER_PACK, search_paths(store.packs_dir))
    except ForensicAppError:
        return {}
    if pack.kind != MATCHER_KIND or not store.is_licence_accepted(pack.sha256):
        return {}
    return {"second_pack_name": pack.name, "second_pack_sha256": pack.sha256}


def _second_pack_path(store: CaseStore, spec: RunSpec) -> Path | None:
    """Return the folder of the matcher that a run names, ``None`` where it names none or it is not here any more."""
    if not spec.second_pack_sha256:
        return None
    found = list_packs(search_paths(store.packs_dir))
    return next((each.path for each in found if each.sha256 == spec.second_pack_sha256), None)


def _other_exhibits(store: CaseStore, exhibit: Exhibit) -> list[Exhibit]:
    if exhibit.subject_id is None:
        return []
    return [
        other
        for other in store.exhibits(exhibit.case_id)
        if other.subject_id == exhibit.subject_id and other.exhibit_id != exhibit.exhibit_id
    ]
