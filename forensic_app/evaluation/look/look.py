"""Show every photograph of a folder at several ages, on one sheet, with a figure under each picture.

Nothing is known of the photographs: the estimator says the age in them, and no sex is stated.

Rules:
    * The sheet shows the people of the folder: it goes to the file that the examiner named and nowhere else.
    * One photograph is in memory at a time; of what was made only cells of the sheet are kept.
    * The figure says how unlike real faces of the target age a picture is
      (:mod:`forensic_app.evaluation.measures.real_faces`). Where nothing is known of real faces there is none, and the
      reason is said. Other figures have names of their own in each picture's object.
    * The same seed, pack, folder and machine give the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.engines.pictures.ages import DEFAULT_TARGET_AGES, MINIMUM_SOURCE_AGE
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.evaluation.drawing import CELL_PX, Cell, write_sheet
from forensic_app.evaluation.look.fit import autoencoder_sha256, fit_real_faces
from forensic_app.evaluation.measures.age_error import AgeCalibration
from forensic_app.evaluation.measures.age_numbers import calibrated
from forensic_app.evaluation.measures.crop_texture import FACE, FEATURES, REGIONS
from forensic_app.evaluation.measures.numbers import json_value
from forensic_app.evaluation.measures.real_faces import BUNDLED_FILE, RealFaces
from forensic_app.evaluation.measures.words import LOOK
from forensic_app.evaluation.pack.inputs import calibration_for
from forensic_app.evaluation.series.makers import series_maker
from forensic_app.evaluation.series.protocols import (
    Input,
    OnProgress,
    Series,
    SeriesMaker,
    measure_series,
    prepare_input,
    say_nothing,
)
from forensic_app.faces.analyser import FaceAnalyser, RgbImage
from forensic_app.faces.labelled_faces import LabelledFace
from forensic_app.faces.registry import load_analyser
from forensic_app.images import load_working_copy
from forensic_app.records import Sex

DEFAULT_LIMIT = 48
MOST_PHOTOGRAPHS = 200
"""Rows that a sheet can have: about 80 MB of picture."""
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif"})
_KEYS = {region: "unlikeness" if region == FACE else f"unlikeness_{region}" for region in REGIONS}


def evaluate_look(
    *,
    pack_path: Path,
    data_dir: Path,
    sheet: Path,
    limit: int = DEFAULT_LIMIT,
    target_ages: Sequence[float] = DEFAULT_TARGET_AGES,
    real: Path | None = None,
    seed: int = 0,
    settings: Sequence[str] = (),
    analyser: FaceAnalyser | None = None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Write the contact sheet of a folder and return the figures.

    Args:
        pack_path: Folder of the pack.
        data_dir: Folder of photographs; folders within it are not opened.
        sheet: PNG file to write, which must not exist.
        limit: Most photographs, spread evenly over the folder in the order of names.
        target_ages: Years.
        real: Labelled real faces to hold pictures against; what the program knows of real faces by default.
        seed: Seed of the engine and of the draw of real faces.
        settings: Engine parameters other than the defaults, each ``name=value``.
        analyser: Face analyser; the bundled one otherwise.
        on_progress: Called with the fraction done and words; may raise ``RunCancelled``.

    Returns:
        JSON types only: ``sheet``, ``n_files``, ``n_photographs``, ``unusable``, ``target_ages``, ``maker``,
        ``real_faces`` (what is known of real faces, or ``absent``, the reason), ``photographs`` with ``file``,
        ``source_age`` (calibrated estimate, years), ``untouched`` (figures of the photograph itself, at that age, after
        the autoencoder) and ``pictures`` (``target_age``, ``figures``, ``age_read``, ``comparison_score``,
        ``is_held_back``), ``by_target`` (means of the figures) and ``notes``. Figures are ``unlikeness``,
        ``unlikeness_eyes`` and ``unlikeness_mouth``, in deviations of real faces.

    Raises:
        InvalidInput: The folder holds no photograph or none with a face, ``sheet`` is there already, ``limit`` is out
            of bounds, or ``real`` is no folder of labelled faces.
        PackMissing: A part of the pack is not there.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack is of a kind that is not loaded.
        RunCancelled: From ``on_progress``; nothing is written then.
    """
    report = on_progress or say_nothing
    files = photographs_of(data_dir)
    chosen = _spread(files, limit)
    if sheet.exists() or not sheet.parent.is_dir():
        raise InvalidInput(f"{sheet} cannot be written.", "Name a new file in a folder that is there.")
    report(0.0, "Loading the model pack")
    reader = analyser if analyser is not None else load_analyser("dlib")
    maker = series_maker(pack_path, seed=seed, settings=settings)
    known, about = _real_faces(maker, reader, pack_path, real, seed, report)
    begin = 0.0 if real is None else 0.3
    calibration = calibration_for(pack_path, reader)
    rows: list[list[Cell]] = []
    records: list[dict[str, Any]] = []
    unusable: list[str] = []
    for place, path in enumerate(chosen):
        report(begin + (0.98 - begin) * place / len(chosen), f"Photograph {place + 1} of {len(chosen)}")
        item, reason = _read(path, reader, maker, calibration)
        if item is None:
            unusable.append(f"{path.name}: {reason}")
            continue
        made = measure_series(item, maker, reader, target_ages)
        record = _record(item, made, maker, known, calibration, target_ages)
        records.append(record)
        rows.append(_cells(item.crop, made.crops, record))
    if not rows:
        raise InvalidInput(
            f"No face was found in any of the {len(chosen)} photographs of {data_dir}.",
            "Give another folder.",
        )
    report(0.98, "Writing the sheet")
    _write(sheet, rows, maker, target_ages, has_figures=known is not None)
    result = {
        "sheet": str(sheet),
        "n_files": len(files),
        "n_photographs": len(records),
        "unusable": unusable,
        "target_ages": list(target_ages),
        "seed": seed,
        "maker": dict(maker.description),
        "real_faces": about,
        "photographs": records,
        "by_target": _by_target(records, target_ages),
        "notes": _notes(pack_path, known),
    }
    report(1.0, "Done")
    cleaned: dict[str, Any] = json_value(result)
    return cleaned


def photographs_of(folder: Path) -> list[Path]:
    """Return the picture files of a folder in the order of their names.

    Raises:
        InvalidInput: There is no such folder, or it holds none.
    """
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.", "Check the path.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise InvalidInput(
            f"{folder} holds no photograph.",
            f"Give a folder with files of the kinds {', '.join(sorted(SUFFIXES))}.",
        )
    return found


def _spread(files: Sequence[Path], limit: int) -> list[Path]:
    if not 1 <= limit <= MOST_PHOTOGRAPHS:
        raise InvalidInput(
            f"A sheet cannot show {limit} photographs.", f"Give a limit from 1 to {MOST_PHOTOGRAPHS}."
        )
    places = np.unique(np.rint(np.linspace(0, len(files) - 1, min(limit, len(files)))).astype(int))
    return [files[place] for place in places.tolist()]


def _real_faces(
    maker: SeriesMaker,
    analyser: FaceAnalyser,
    pack_path: Path,
    real: Path | None,
    seed: int,
    report: OnProgress,
) -> tuple[RealFaces | None, dict[str, Any]]:
    """Return what is known of real faces and what to say of it; ``None`` with the reason where nothing is."""
    try:
        if real is not None:
            known = fit_real_faces(
                maker,
                analyser,
                pack_path=pack_path,
                data_dir=real,
                seed=seed,
                on_progress=lambda share, words: report(0.3 * share, words),
            )
        else:
            known = RealFaces.read(BUNDLED_FILE)
    except InvalidInput as error:
        if real is not None and not real.exists():
            raise
        return None, {"absent": str(error)}
    return known, known.facts


def _read(
    path: Path, analyser: FaceAnalyser, maker: SeriesMaker, calibration: AgeCalibration | None
) -> tuple[Input | None, str]:
    try:
        photo = load_working_copy(path)
    except UnreadableImage:
        return None, "not an image"
    found = prepare_input(LabelledFace(path, 0.0, Sex.UNKNOWN, ""), photo, analyser, maker.crop_size_px)
    if found is None:
        return None, "no face found"
    years = max(MINIMUM_SOURCE_AGE, float(calibrated([found.age_years], calibration)[0]))
    face = LabelledFace(path, years, Sex.UNKNOWN, "")
    return Input(face, found.crop, found.scheme, found.embedding, found.age_years), ""


def _record(
    item: Input,
    made: Series,
    maker: SeriesMaker,
    known: RealFaces | None,
    calibration: AgeCalibration | None,
    target_ages: Sequence[float],
) -> dict[str, Any]:
    figures = _figures(known, made.crops, target_ages)
    own = _figures(known, maker.reconstruct(item.crop[None]), [item.face.age_years])
    ages = calibrated(made.measured.ages_years, calibration)
    return {
        "file": item.face.path.name,
        "source_age": item.face.age_years,
        "untouched": own[0],
        "pictures": [
            {
                "target_age": target,
                "figures": figures[place],
                "age_read": float(ages[place]),
                "comparison_score": float(made.scores[place]),
                "is_held_back": None if made.is_held_back is None else bool(made.is_held_back[place]),
            }
            for place, target in enumerate(target_ages)
        ],
    }


def _figures(
    known: RealFaces | None, crops: NDArray[np.uint8], ages: Sequence[float]
) -> list[dict[str, float | None]]:
    if known is None:
        return [dict.fromkeys(_KEYS.values()) for _ in ages]
    found = known.unlikeness(crops, ages)
    return [{key: float(found[region][row]) for region, key in _KEYS.items()} for row in range(len(ages))]


def _cells(crop: RgbImage, series: NDArray[np.uint8], record: Mapping[str, Any]) -> list[Cell]:
    measure = LOOK["unlikeness"]
    texts = [f"{measure.of(record['untouched'])}  age {record['source_age']:.0f}"]
    texts += [
        f"{measure.of(each['figures'])}  {each['age_read']:.0f} y  {each['comparison_score']:.2f}"
        for each in record["pictures"]
    ]
    return list(zip([_small(picture) for picture in (crop, *series)], texts, strict=True))


def _small(picture: RgbImage) -> RgbImage:
    return np.asarray(Image.fromarray(picture).resize((CELL_PX, CELL_PX), Image.Resampling.BICUBIC))


def _write(
    sheet: Path,
    rows: Sequence[Sequence[Cell]],
    maker: SeriesMaker,
    target_ages: Sequence[float],
    *,
    has_figures: bool,
) -> None:
    about = maker.description
    first = (
        f"{LOOK['unlikeness'].title.lower()}; " if has_figures else "no figure of likeness to real faces; "
    )
    write_sheet(
        sheet,
        ["untouched", *(f"target {age:g}" for age in target_ages)],
        rows,
        caption=f"below each picture: {first}age read; comparison score with the photograph",
        system=f"Forensic App, {about.get('engine')} engine, model pack {about.get('pack')}",
        version=f"engine {about.get('engine_version')}, pack {about.get('pack_version')}",
    )


def _by_target(records: Sequence[Mapping[str, Any]], target_ages: Sequence[float]) -> dict[str, Any]:
    result = {}
    for place, target in enumerate(target_ages):
        parts = [record["pictures"][place]["figures"] for record in records]
        result[f"{target:g}"] = {
            key: None if parts[0][key] is None else float(np.mean([part[key] for part in parts]))
            for key in _KEYS.values()
        }
    return result


def _notes(pack_path: Path, known: RealFaces | None) -> list[str]:
    notes = [
        "The ages in the photographs are the estimator's, which can be wrong by many years; no sex was stated."
    ]
    if known is None:
        return notes
    notes.append(
        f"Unlikeness is read off {FEATURES}, in deviations of real faces of that age that were left out of what is "
        "known: 0 is a real face's average, higher is more unlike. Photographs of another kind than those real faces "
        "have a level of their own: compare the pictures of one folder, and each with its untouched photograph."
    )
    learned_with = known.facts.get("autoencoder_sha256")
    if learned_with != autoencoder_sha256(pack_path):
        notes.append(
            "What is known of real faces was learned with another pack's autoencoder: figures may be too high."
        )
    return notes
