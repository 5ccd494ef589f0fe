"""Find, check, import and accept model packs.

Rules:
    * A licence is accepted by an examiner in a casebook, for one exact pack: its digest and that of the text.
    * Importing writes a custody event with the pack's digest; the pack then lies in the casebook.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs import importing
from forensic_app.engines.packs.pack import Pack, RefusedPack, resolve, search_paths, survey
from forensic_app.engines.packs.verification import verify_pack
from forensic_app.errors import ForensicAppError
from forensic_app.private import make_private_tree

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore


@dataclass(frozen=True, slots=True)
class PackState:
    """A pack and what is known about it here.

    Attributes:
        pack: The pack.
        is_accepted: Whether its licence was accepted in the casebook; ``None`` without a casebook.
        fault: What is wrong with its files, empty when every digest is right, ``None`` when not checked.
    """

    pack: Pack
    is_accepted: bool | None
    fault: str | None


def list_states(
    packs_dir: Path | None, *, store: CaseStore | None = None, checks: bool = False
) -> list[PackState]:
    """Return the packs that can be used, the casebook's own first.

    Args:
        packs_dir: The casebook's ``packs`` folder, if any.
        store: The casebook, to say whether licences were accepted.
        checks: Whether to hash every file of every pack.
    """
    found = (each for each in survey(search_paths(packs_dir)) if isinstance(each, Pack))
    return [state_of(pack, store=store, checks=checks) for pack in found]


def list_refused(packs_dir: Path | None) -> list[RefusedPack]:
    """Return the folders that cannot be used as packs, each with its reason, the casebook's own first.

    Args:
        packs_dir: The casebook's ``packs`` folder, if any.
    """
    return [each for each in survey(search_paths(packs_dir)) if isinstance(each, RefusedPack)]


def state_of(pack: Pack, *, store: CaseStore | None = None, checks: bool = False) -> PackState:
    """Return what is known about ``pack`` here; see :func:`list_states`."""
    accepted = store.is_licence_accepted(pack.sha256) if store is not None else None
    return PackState(pack, accepted, fault_of(pack) if checks else None)


def find_pack(name: str, packs_dir: Path | None) -> Pack:
    """Return the pack called ``name``, the casebook's own first.

    Raises:
        PackMissing: There is none.
        PackRefused: It is of a kind that is not loaded.
    """
    return resolve(name, search_paths(packs_dir))


def fault_of(pack: Pack) -> str:
    """Hash every file of ``pack`` and return what is wrong, empty when nothing is."""
    try:
        verify_pack(pack)
    except ForensicAppError as error:
        return error.message
    return ""


def licence_sha256(pack: Pack) -> str:
    """Return the SHA-256 of the licence text that an examiner accepts."""
    return sha256_of_bytes(pack.licence_text.encode("utf-8"))


def accept_licence(store: CaseStore, pack: Pack) -> None:
    """Record that the store's examiner accepted the licence of ``pack``, unless it was accepted before."""
    if not store.is_licence_accepted(pack.sha256):
        store.accept_licence(
            pack_name=pack.name, pack_sha256=pack.sha256, licence_sha256=licence_sha256(pack)
        )


def import_pack(
    store: CaseStore,
    source: Path,
    *,
    name: str,
    licence_path: Path | None = None,
    tokenizer_path: Path | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Pack:
    """Copy a pack into the casebook and write the event ``pack_imported``.

    Args:
        store: The casebook.
        source: A folder in the diffusers layout, or a single ``.safetensors`` file.
        name: Name of the new pack.
        licence_path: The licence text, where ``source`` holds none.
        tokenizer_path: Folder of the CLIP tokenizer, for a single file without one beside it.
        progress: Called with the fraction done and the stage's words.

    Raises:
        PackMissing: The source, its licence or its tokenizer is not there.
        PackRefused: The source is of a kind that is not loaded, damaged, or the name is taken.
    """
    pack = importing.import_pack(
        source,
        name=name,
        packs_dir=store.packs_dir,
        licence_path=licence_path,
        tokenizer_path=tokenizer_path,
        progress=progress,
    )
    make_private_tree(pack.path)
    store.record_event(
        "pack_imported",
        object_type="pack",
        object_id=pack.name,
        details={"pack_sha256": pack.sha256, "licence": pack.licence, "source": str(source)},
    )
    return pack
