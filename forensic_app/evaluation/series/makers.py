"""The maker of series for a model pack, by the pack's kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from forensic_app.engines.aging.schema import DESCRIPTOR as AGING
from forensic_app.engines.autoencoder.schema import DESCRIPTOR as AUTOENCODER
from forensic_app.engines.packs.pack import read_pack
from forensic_app.errors import InvalidInput
from forensic_app.evaluation.series.aging_series import AgingSeriesMaker
from forensic_app.evaluation.series.autoencoder_series import AutoencoderSeriesMaker
from forensic_app.evaluation.series.protocols import SeriesMaker
from forensic_app.parameters import parsed_settings


def series_maker(pack_path: Path, *, seed: int, settings: Sequence[str], threads: int = 0) -> SeriesMaker:
    """Return the maker of series for the engine that loads such packs.

    Args:
        pack_path: Folder of the pack.
        seed: Seed of the engine's random numbers.
        settings: Parameters as ``name=value``.
        threads: CPU threads; 0 for the engine's default.

    Raises:
        InvalidInput: No engine shows ages with such a pack, or a parameter is unknown or out of bounds.
        PackMissing: A part of the pack is not there.
        PackAltered: A file does not have its digest.
        PackRefused: The pack is of a kind that is not loaded.
    """
    kind = read_pack(pack_path).kind
    if kind not in _MAKERS:
        raise InvalidInput(
            f"A pack of the kind {kind} shows no ages.", f"Use one of the kinds: {', '.join(_MAKERS)}."
        )
    return _MAKERS[kind](pack_path, seed, settings, threads)


def _aging(pack_path: Path, seed: int, settings: Sequence[str], threads: int) -> SeriesMaker:
    parameters = parsed_settings(AGING.schema, settings)
    return AgingSeriesMaker(pack_path, seed=seed, parameters=parameters, threads=threads)


def _autoencoder(pack_path: Path, _seed: int, settings: Sequence[str], threads: int) -> SeriesMaker:
    parameters = parsed_settings(AUTOENCODER.schema, settings)
    return AutoencoderSeriesMaker(pack_path, parameters=parameters, threads=threads)


_MAKERS: dict[str, Callable[[Path, int, Sequence[str], int], SeriesMaker]] = {
    AGING.pack_kind: _aging,
    AUTOENCODER.pack_kind: _autoencoder,
}
