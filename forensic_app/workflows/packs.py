"""Find, check, import and accept model packs.

Rules:
    * A licence is accepted by an examiner in a casebook, for one exact pack: its digest and that of the text.
    * Importing writes a custody event with the pack's digest; the pack then lies in the casebook.
    * Whoever can write to a casebook's folder can put a pack there. What no event says was imported is named where its
      licence is asked for; where it takes the place of another pack of its name, its licence cannot be accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs import importing
from forensic_app.engines.packs.pack import Pack, RefusedPack, list_packs, resolve, search_paths, survey
from forensic_app.engines.packs.verification import read_listed, verify_pack
from forensic_app.errors import ForensicAppError, PackRefused
from forensic_app.private import make_private_tree

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

CARD_NAME: Final = "MODEL_CARD.md"


@dataclass(frozen=True, slots=True)
class PackState:
    """A pack and what is known about it here.

    Attributes:
        pack: The pack.
        is_accepted: Whether its licence was accepted in the casebook; ``None`` without a casebook.
        fault: What is wrong with its files, empty when every digest is right, ``None`` when not checked.
        remark: What :func:`remark_on` says, empty without a casebook.
    """

    pack: Pack
    is_accepted: bool | None
    fault: str | None
    remark: str = ""


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
    remark = remark_on(store, pack) if store is not None else ""
    return PackState(pack, accepted, fault_of(pack) if checks else None, remark)


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


def card_text(pack: Pack) -> str:
    """Return the model card of ``pack``, empty where it has none.

    Raises:
        PackAltered: The card is not there any more, or is another one than the manifest lists.
        PackRefused: It is no ordinary file, or too large.
    """
    return (read_listed(pack, CARD_NAME) or b"").decode("utf-8", errors="replace")


def licence_sha256(pack: Pack) -> str:
    """Return the SHA-256 of the licence text that an examiner accepts."""
    return sha256_of_bytes(pack.licence_text.encode("utf-8"))


def remark_on(store: CaseStore, pack: Pack) -> str:
    """Return what an examiner should know of where a pack comes from, in one paragraph; empty when nothing."""
    told = []
    if _is_put_into(store, pack):
        told.append(
            f"The pack {pack.name} lies in the casebook's own folder, {pack.path}, and no event says that it was "
            f"imported: whoever can write to the folder can have put it there."
        )
        hidden = _hidden_by(pack)
        if hidden is not None:
            told.append(f"It takes the place of another pack of this name, {hidden.path}.")
    others = [each for each in store.accepted_packs(pack.name) if each != pack.sha256]
    if others:
        told.append(
            f"In this casebook the licence of another pack named {pack.name} was accepted before: SHA-256 {others[-1]}."
        )
    return " ".join(told)


def refuse_hiding(store: CaseStore, pack: Pack) -> None:
    """Refuse a pack that somebody put into the casebook's folder in the place of another one.

    Raises:
        PackRefused: No event says that it was imported, and another pack has its name.
    """
    if _is_put_into(store, pack) and _hidden_by(pack) is not None:
        raise PackRefused(
            remark_on(store, pack),
            f"If it is meant, import it under another name: forensic-app pack import {pack.path} --name NAME; "
            "otherwise take the folder away.",
        )


def _is_put_into(store: CaseStore, pack: Pack) -> bool:
    """Return whether a pack lies in the casebook's folder although no event says that it was imported."""
    lies_there = pack.path.resolve().is_relative_to(store.packs_dir.resolve())
    return lies_there and pack.sha256 not in store.imported_packs(pack.name)


def _hidden_by(pack: Pack) -> Pack | None:
    """Return the pack of this workstation, another one, that the same name would find."""
    names = {pack.name, pack.path.name}
    others = [each for each in list_packs() if each.sha256 != pack.sha256]
    return next((each for each in others if names & {each.name, each.path.name}), None)


def accept_licence(store: CaseStore, pack: Pack) -> None:
    """Record that the store's examiner accepted the licence of ``pack``, unless it was accepted before.

    Raises:
        PackRefused: It lies in the casebook's folder, no event says that it was imported, and it takes the place of
            another pack of its name.
    """
    if not store.is_licence_accepted(pack.sha256):
        refuse_hiding(store, pack)
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
