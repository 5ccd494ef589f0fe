"""What runs need to know about a subject's adapters and photographs.

Rules:
    * A run names an adapter by the SHA-256 of its file, whatever name the examiner used.
    * An adapter is used on photographs of its own subject and with its own model pack, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines import registry
from forensic_app.errors import AdapterRefused
from forensic_app.records import Exhibit, RunSpec
from forensic_app.settings import load_settings
from forensic_app.store.case_store import CaseStore

CACHE_FOLDER = "cache"


def cache_folder(casebook_id: str) -> Path:
    """Return where this workstation keeps what later runs of a casebook can use again.

    It is the workstation's own folder: whoever can write to the casebook alone can put nothing into a run.

    Args:
        casebook_id: Identifier of the casebook.
    """
    name = sha256_of_bytes(casebook_id.encode("utf-8", "surrogatepass"))
    return load_settings().home / CACHE_FOLDER / name[:32]


_ADVICE = "Choose another adapter, or personalise this subject with this pack."


def adapter_sha256(store: CaseStore, name: str, *, exhibit: Exhibit, pack_sha256: str) -> str:
    """Return the digest of the adapter that an examiner named.

    Args:
        store: The casebook.
        name: Identifier, such as ``A-0001``, or SHA-256.
        exhibit: The photograph it will be used on.
        pack_sha256: The pack it will be used with.

    Raises:
        RecordNotFound: There is no such adapter.
        AdapterRefused: It belongs to another subject or another pack.
    """
    adapter = store.adapter(name)
    if adapter.subject_id != exhibit.subject_id:
        raise AdapterRefused(
            f"The adapter {adapter.adapter_id} belongs to the subject {adapter.subject_id}, the exhibit "
            f"{exhibit.exhibit_number} to {exhibit.subject_id or 'no subject'}.",
            _ADVICE,
        )
    if adapter.pack_sha256 != pack_sha256:
        raise AdapterRefused(
            f"The adapter {adapter.adapter_id} was trained on the model pack {adapter.pack_name} with the "
            f"digest {adapter.pack_sha256[:16]}..., not {pack_sha256[:16]}....",
            _ADVICE,
        )
    return adapter.sha256


def adapter_path(store: CaseStore, parameters: Mapping[str, Any]) -> Path | None:
    """Return the file of the adapter that a run's parameters name, having checked its digest.

    Raises:
        EvidenceAltered: The file is missing or no longer has its digest.
    """
    sha256 = parameters.get("adapter")
    if not sha256:
        return None
    store.vault.check(sha256)
    return store.vault.path(sha256)


def personal_facts(store: CaseStore, spec: RunSpec) -> dict[str, Any]:
    """Return what a personalisation may know: ``subject_id`` and ``photos`` with their recorded ages.

    Empty for runs of other engines.
    """
    described = registry.find(spec.engine)
    if described is None or not described.is_learning:
        return {}
    digests = (spec.exhibit_sha256, *spec.reference_sha256)
    exhibits = [store.exhibit_by_sha256(sha256) for sha256 in digests]
    photos = [
        {"exhibit_id": each.exhibit_id, "sha256": each.picture_sha256, "age": each.age_at_photo}
        for each in exhibits
        if each is not None
    ]
    return {"subject_id": store.exhibit(spec.exhibit_id).subject_id, "photos": photos}
