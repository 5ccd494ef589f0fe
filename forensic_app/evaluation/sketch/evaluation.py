"""Evaluate a sketch pack on pairs of photographs and sketches: likeness to the artist's, recognition, speed.

Rules:
    * The protocol is the program's own use: the face is found in the photograph, set in the portrait frame,
      drawn, and put back on a sheet of the photograph's size. Nothing is cropped or aligned afterwards.
    * The artist's sketch is resized to the photograph's size where it differs (Lanczos) and reduced to luma.
    * Quality is compared over every pixel of that sheet. A photograph without a found face has no sketch: it
      is left out of quality, counted, and a miss at every rank.
    * No photograph that the pack was trained on is measured (:mod:`forensic_app.evaluation.sketch.drawing`).
    * Recognition: every photograph's face is the gallery; the sketch's own face is detected anew. A face that
      is not found is a miss. The artist's sketches go the same way and are the line to compare with.

References:
    Wang et al., IEEE TIP 2004 (SSIM); Zhang et al., IEEE TIP 2011 (FSIM); Fan et al., ICCV 2019 (Scoot);
    Binkowski et al., ICLR 2018 (KID); Heusel et al., NeurIPS 2017 (FID); ISO/IEC 19795-1 (rank).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forensic_app.errors import InvalidInput
from forensic_app.evaluation.measures.image_metrics import frechet_distance, kid, psnr_db, ssim
from forensic_app.evaluation.measures.inception import InceptionFeatures
from forensic_app.evaluation.measures.intervals import FloatArray, mean_interval
from forensic_app.evaluation.series.protocols import OnProgress, say_nothing
from forensic_app.evaluation.sketch.drawing import Drawn, DrawnSet, GreyImage, draw_set
from forensic_app.evaluation.sketch.metrics import fsim, scoot
from forensic_app.evaluation.sketch.other_ranks import Probe, found_within, ranks_by, sentences
from forensic_app.evaluation.sketch.protocols import ComparedPair, compare_protocols
from forensic_app.faces.analyser import Embedding, FaceAnalyser, RgbImage
from forensic_app.faces.registry import load_analyser

LEAST_PAIRS = 3
_QUALITY = ("ssim", "psnr_db", "fsim", "scoot")
_RANKS = ("rank1", "rank5", "rank1_artist", "rank5_artist")


def evaluate_sketch(
    *,
    pack_path: Path,
    data_dir: Path,
    style: str | None = None,
    inception: Path | None = None,
    comparers: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "auto",
    threads: int = 0,
    on_progress: OnProgress | None = None,
    analyser: FaceAnalyser | None = None,
) -> dict[str, Any]:
    """Return what was measured, JSON types only.

    Args:
        pack_path: Folder of a sketch pack.
        data_dir: Folder that holds ``photos`` and ``sketches`` of equal names.
        style: What the pack is asked to draw; its own where ``None``.
        inception: ONNX file of an Inception network for FID and KID; the analyser's embeddings serve KID
            otherwise, and ``fid`` is ``None``.
        comparers: Other recognisers that rank as well, by ``matcher`` and ``second``
            (:class:`forensic_app.evaluation.sketch.other_ranks.Comparer`).
        seed: Seed of the bootstraps.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: CPU threads; 0 for the number of cores.
        on_progress: Told the fraction done and the stage; may raise to stop.
        analyser: Face analyser; the bundled one by default.

    Returns:
        ``ssim``, ``psnr_db``, ``fsim``, ``scoot`` (means over pairs), ``kid``, ``fid``, ``rank1``, ``rank5``,
        ``rank1_artist``, ``rank5_artist`` (shares of all pairs; by a comparer of ``NAME`` ``rank1_NAME``,
        ``rank1_artist_NAME`` ...), ``comparers`` (name and version of each), ``seconds_per_sketch`` (median, warm),
        ``intervals``, ``protocols`` (SSIM and PSNR of the same sketches under other ways of comparing),
        ``n_pairs`` (trained ones left out), ``n_drawn``, ``not_drawn``, ``n_trained_left_out``, ``n_gallery``,
        ``style``, ``per_pair`` and ``notes``.

    Raises:
        InvalidInput: There are too few pairs, or the pack does not know the style.
        PackAltered: A file of the pack does not have its digest.
        PackRefused: The pack is no sketch pack, or the Inception file cannot be used.
    """
    report = on_progress or say_nothing
    used = analyser or load_analyser("dlib")
    features = InceptionFeatures(inception) if inception else None
    made = draw_set(pack_path, data_dir, used, report, style=style, device=device, threads=threads)
    drawn, count = made.drawn, len(made.drawn) + len(made.missing)
    if len(drawn) < LEAST_PAIRS:
        raise InvalidInput(
            f"Only {len(drawn)} photographs of {count} show a face that is found.",
            f"Give a folder with at least {LEAST_PAIRS} pairs that the pack was not trained on.",
        )
    per_pair = []
    for place, pair in enumerate(drawn):
        report(0.5 + 0.3 * place / len(drawn), "Comparing the sketches with the artist's")
        per_pair.append({"name": pair.name, **_quality(pair)})
    report(0.8, "Finding the photographs from the sketches")
    probes = _probes(made, used)
    ranks = _ranks(made, probes, used)
    for record, of_made, artist in zip(per_pair, *ranks, strict=True):
        record |= {"rank": of_made, "rank_artist": artist}
    summary = _summary(per_pair, drawn, count, used, features, seed=seed)
    others = dict(comparers or {})
    for name, comparer in others.items():
        values, intervals = ranks_by(comparer, made, probes, name=name, seed=seed)
        summary |= values
        summary["intervals"] |= intervals
    return {
        **summary,
        "comparers": {name: {"name": each.name, "version": each.version} for name, each in others.items()},
        "protocols": compare_protocols([ComparedPair(pair.made, pair.artist, pair.face) for pair in drawn]),
        "per_pair": per_pair,
        "style": made.style,
        "n_pairs": count,
        "n_drawn": len(drawn),
        "not_drawn": made.missing,
        "n_trained_left_out": len(made.trained),
        "n_gallery": len(drawn) + len(made.others),
        "pack": made.pack,
        "analyser": {"name": used.name, "version": used.version},
        "features": features.description if features else f"{used.name} face embeddings, standardised",
        "seed": seed,
        "notes": notes(used, features) + _notes_on_training(made) + sentences(others),
    }


def _notes_on_training(made: DrawnSet) -> list[str]:
    """Return the sentences on what the pack saw in its training."""
    found = []
    if made.trained:
        found.append(
            f"{len(made.trained)} photographs of the folder, which the pack was trained on, were left out; they stand "
            "in the gallery."
        )
    elif not made.says_trained:
        found.append("The pack does not say which photographs it was trained on: none could be left out.")
    asked = {"features": made.compares_features, "the comparison score": made.asks_likeness}
    parts = " and ".join(words for words, is_part in asked.items() if is_part)
    if parts:
        found.append(
            f"The training asked for {parts} of the bundled recognition network, which ranks here: its ranks are what "
            "the pack could reach, measure them with another recogniser where there is one."
        )
    return found


def notes(analyser: FaceAnalyser, features: InceptionFeatures | None) -> list[str]:
    """Return the sentences that belong to the numbers."""
    kid_features = (
        f"the features of {features.description}"
        if features
        else f"the embeddings of the {analyser.name} recognition network at the photograph's landmarks, each "
        "dimension brought to mean 0 and deviation 1 over the artist's sketches, not Inception features: compare it "
        "with other numbers of this program only"
    )
    return [
        "Alignment: the face is found in the photograph by the analyser's five landmarks, drawn in the portrait "
        "frame, and mapped back to the photograph's pixels (cubic); the sheet has the photograph's size. No "
        "sketch is aligned to another.",
        "Resize: the artist's sketch is resized to the photograph's size where it differs (Lanczos); nothing else "
        "is resized. Both are luma, 8 bit; every pixel counts, hair, neck and paper included.",
        "SSIM: Gaussian window of 11 px, sigma 1.5, whole windows only. PSNR: mean of the pairs' values. Published "
        "numbers depend on such choices and on the crop; they compare only under one protocol.",
        f"KID and FID use {kid_features}.",
        f"Rank: the right photograph's place among all {analyser.name} comparison scores of a sketch with every "
        "photograph of the folder; a face that is not found is a miss. Sketches of a program lie closer to their "
        "photograph than an artist's do, since they are traced from it: that a rank is above the artist's says "
        "nothing about sketches drawn from memory.",
    ]


def _quality(pair: Drawn) -> dict[str, float]:
    return {
        "ssim": ssim(pair.made, pair.artist),
        "psnr_db": psnr_db(pair.made, pair.artist),
        "fsim": fsim(pair.made, pair.artist),
        "scoot": scoot(pair.made, pair.artist),
    }


def _grey_rgb(image: GreyImage) -> RgbImage:
    return np.repeat(image[..., None], 3, axis=-1)


def _probes(made: DrawnSet, analyser: FaceAnalyser) -> dict[str, Sequence[Probe]]:
    """Return the made and the artist's sketches with the face that is found in each."""
    sketches = {"": [pair.made for pair in made.drawn], "_artist": [pair.artist for pair in made.drawn]}
    return {kind: [_probe(each, analyser) for each in part] for kind, part in sketches.items()}


def _probe(sketch: GreyImage, analyser: FaceAnalyser) -> Probe:
    picture = _grey_rgb(sketch)
    faces = analyser.detect(picture)
    return (picture, faces[0]) if faces else None


def _ranks(
    made: DrawnSet, probes: Mapping[str, Sequence[Probe]], analyser: FaceAnalyser
) -> tuple[list[int | None], list[int | None]]:
    """Return the right photograph's place, from 1, for each made and each artist's sketch."""
    shown = [(pair.photo, pair.face) for pair in made.drawn] + made.others
    gallery = [analyser.embed(photo, face) for photo, face in shown]
    of_made, artist = (
        [
            rank_of(None if probe is None else analyser.embed(*probe), gallery, place, analyser)
            for place, probe in enumerate(part)
        ]
        for part in probes.values()
    )
    return of_made, artist


def rank_of(
    probe: Embedding | None, gallery: Sequence[Embedding], right: int, analyser: FaceAnalyser
) -> int | None:
    """Return the right photograph's place, from 1; another one with the same score stands before it."""
    if probe is None:
        return None
    scores = np.array([analyser.comparison_score(each, probe) for each in gallery])
    return int((scores >= scores[right]).sum())


def _summary(
    per_pair: Sequence[dict[str, Any]],
    drawn: Sequence[Drawn],
    count: int,
    analyser: FaceAnalyser,
    features: InceptionFeatures | None,
    *,
    seed: int,
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    intervals: dict[str, list[float]] = {}
    for name in _QUALITY:
        values = [record[name] for record in per_pair]
        result[name] = float(np.mean(values))
        intervals[name] = mean_interval(values, seed=seed).as_list()
    artist, made = _features(drawn, analyser, features)
    distance = kid(artist, made, seed=seed)
    result["kid"], intervals["kid"] = distance.value, distance.interval.as_list()
    result["fid"] = frechet_distance(artist, made) if features else None
    for name in _RANKS:
        key = "rank_artist" if name.endswith("_artist") else "rank"
        limit = int(name.removesuffix("_artist").removeprefix("rank"))
        hits = found_within([record[key] for record in per_pair], limit) + [0.0] * (count - len(per_pair))
        result[name] = float(np.mean(hits))
        intervals[name] = mean_interval(hits, seed=seed).as_list()
    warm = [pair.seconds for pair in drawn[1:]]
    result["seconds_per_sketch"] = float(np.median(warm))
    return {**result, "intervals": intervals}


def _features(
    drawn: Sequence[Drawn], analyser: FaceAnalyser, features: InceptionFeatures | None
) -> tuple[FloatArray, FloatArray]:
    """Return features of the artist's and of the made sketches, one row for each pair."""
    artist = [_grey_rgb(pair.artist) for pair in drawn]
    made = [_grey_rgb(pair.made) for pair in drawn]
    if features is not None:
        return features(artist), features(made)
    faces = [pair.face for pair in drawn]
    one = analyser.embed_many(artist, faces).astype(np.float64)
    two = analyser.embed_many(made, faces).astype(np.float64)
    mean, deviation = one.mean(axis=0), np.maximum(one.std(axis=0), 1e-9)
    return (one - mean) / deviation, (two - mean) / deviation
