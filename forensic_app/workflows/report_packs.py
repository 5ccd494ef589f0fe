"""What a report says of the model packs of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forensic_app.checked_json import parse_json_object
from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs.pack import Pack, list_packs, search_paths
from forensic_app.engines.packs.verification import read_listed
from forensic_app.engines.pictures.measurement import estimator_names
from forensic_app.errors import PackAltered, PackRefused
from forensic_app.records import Run
from forensic_app.reports.content import PackSection
from forensic_app.reports.model_card import card_sections, manifest_facts
from forensic_app.reports.run_content import EstimatorError
from forensic_app.store.case_store import CaseStore

MODEL_CARD_NAME = "MODEL_CARD.md"
CALIBRATION_NAME = "calibration.json"


def packs_used(store: CaseStore, runs: Sequence[Run]) -> dict[str, Pack]:
    """Return the packs of this machine that are, by digest, those that the runs used."""
    wanted = {sha256 for run in runs for _, sha256 in named_packs(run)}
    found: dict[str, Pack] = {}
    for folder in search_paths(store.packs_dir):
        for pack in list_packs((folder,)):
            if pack.sha256 in wanted:
                found.setdefault(pack.sha256, pack)
    return found


def named_packs(run: Run) -> list[tuple[str, str]]:
    """Return name and digest of each pack that a run names: of its engine, and of a matcher beside its analyser."""
    spec = run.spec
    named = ((spec.pack_name, spec.pack_sha256), (spec.second_pack_name, spec.second_pack_sha256))
    return [each for each in named if each[1]]


def pack_sections(store: CaseStore, runs: Sequence[Run], packs: Mapping[str, Pack]) -> Iterator[PackSection]:
    """Yield a section for each pack that the runs name, the card and facts of those that are on this machine."""
    used = dict.fromkeys(each for run in runs for each in named_packs(run))
    for name, sha256 in used:
        accepted = store.is_licence_accepted(sha256)
        pack = packs.get(sha256)
        if pack is None:
            yield PackSection(name, sha256, licence_accepted=accepted)
            continue
        card = _read_listed(pack, MODEL_CARD_NAME)
        yield PackSection(
            name=name,
            sha256=sha256,
            facts=manifest_facts(pack.card),
            card=card_sections(card.decode("utf-8", errors="replace")) if card is not None else (),
            card_sha256=sha256_of_bytes(card) if card is not None else "",
            is_card_altered=card is None and MODEL_CARD_NAME in pack.files,
            is_available=True,
            licence_accepted=accepted,
        )


def _read_listed(pack: Pack, name: str) -> bytes | None:
    """Return a small file of a pack, ``None`` unless it has the digest that the pack's manifest lists."""
    try:
        return read_listed(pack, name)
    except (PackAltered, PackRefused):
        return None


def estimator_error(pack: Pack | None, analyser: str) -> EstimatorError | None:
    """Return the age estimator's error on real photographs, where the pack's calibration states it."""
    data = _read_listed(pack, CALIBRATION_NAME) if pack is not None else None
    if data is None:
        return None
    try:
        calibration = parse_json_object(data)
        estimator, error, count = (
            str(calibration["estimator"]),
            float(calibration["mae_calibrated"]),
            int(calibration["n"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    if estimator not in estimator_names(analyser):
        return None
    return EstimatorError(error, count, is_calibrated=True)
