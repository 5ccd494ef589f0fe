from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forensic_app.digests import sha256_of_file
from forensic_app.engines.packs.pack import Pack, write_manifest
from forensic_app.engines.sketch.pairs import DIGEST_DIGITS
from forensic_app.errors import InvalidInput, PackAltered, PackMissing, PackRefused
from forensic_app.evaluation.measures.inception import InceptionFeatures
from forensic_app.evaluation.sketch import evaluation as sketch_evaluation
from forensic_app.evaluation.sketch.evaluation import evaluate_sketch
from forensic_app.evaluation.sketch.styles import evaluate_styles, sets_table

KEYS = ("ssim", "psnr_db", "fsim", "scoot", "kid", "rank1", "rank5", "rank1_artist", "seconds_per_sketch")


@pytest.fixture(scope="module")
def inception(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph that averages each channel."""
    from onnx import TensorProto, helper, save

    graph = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["pictures"], ["features"])],
        "means",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 3, 1, 1])],
    )
    path = tmp_path_factory.mktemp("inception") / "means.onnx"
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def test_every_number_comes_with_its_interval_and_a_missed_face_counts(
    sketch_pack: Pack, pair_folder: Path, tmp_path: Path, inception: Path
) -> None:
    folder = Path(shutil.copytree(pair_folder, tmp_path / "pairs"))
    for part in ("photos", "sketches"):
        Image.new("RGB", (80, 80), "white").save(folder / part / "blank.png")
    given: dict[str, Any] = {"pack_path": sketch_pack.path, "data_dir": folder, "device": "cpu", "threads": 1}
    result = evaluate_sketch(**given, inception=inception)
    assert (result["n_pairs"], result["n_drawn"], result["not_drawn"]) == (6, 5, ["blank"])
    for key in KEYS[:-1]:
        low, high = result["intervals"][key]
        assert low <= result[key] <= high
    assert result["fid"] >= 0
    assert inception.name in result["features"]
    assert result["rank1_artist"] <= 5 / 6
    assert result["rank1"] <= result["rank5"]
    assert -1 <= result["ssim"] < 0.9
    assert result["seconds_per_sketch"] > 0
    assert result["pack"]["sha256"] == sketch_pack.sha256


def test_without_inception_there_is_no_fid(sketch_pack: Pack, pair_folder: Path) -> None:
    result = evaluate_sketch(pack_path=sketch_pack.path, data_dir=pair_folder, device="cpu", threads=1)
    assert result["fid"] is None
    assert "dlib face embeddings" in result["features"]
    assert set(KEYS) <= set(result)


def test_a_rank_counts_those_that_score_as_high() -> None:
    class Analyser:
        def comparison_score(self, first: Any, second: Any) -> float:
            return float(first @ second)

    gallery = [np.array(values, np.float32) for values in ([1, 0], [0.5, 0], [0.5, 0.1], [0, 1])]
    probe = np.array([1, 0], np.float32)
    ranks = [
        sketch_evaluation.rank_of(probe, gallery, right, Analyser())  # type: ignore[arg-type]
        for right in range(4)
    ]
    assert ranks == [1, 3, 3, 4]
    assert sketch_evaluation.rank_of(None, gallery, 0, Analyser()) is None  # type: ignore[arg-type]


def test_too_few_pairs_are_refused(sketch_pack: Pack, pair_folder: Path, tmp_path: Path) -> None:
    for part in ("photos", "sketches"):
        (tmp_path / part).mkdir()
        for path in sorted((pair_folder / part).iterdir())[:2]:
            shutil.copy(path, tmp_path / part)
    with pytest.raises(InvalidInput, match="Only 2"):
        evaluate_sketch(pack_path=sketch_pack.path, data_dir=tmp_path, device="cpu", threads=1)


def test_features_are_those_of_the_resized_picture(inception: Path, tmp_path: Path) -> None:
    features = InceptionFeatures(inception)
    pictures = [np.full((50, 40, 3), level, np.uint8) for level in (0, 255)]
    np.testing.assert_allclose(features(pictures), [[-1, -1, -1], [1, 1, 1]], atol=1e-6)
    with pytest.raises(PackMissing):
        InceptionFeatures(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("no graph")
    with pytest.raises(PackRefused, match="not an ONNX graph"):
        InceptionFeatures(tmp_path / "text.onnx")


def with_record(pack: Pack, out: Path, trained: list[str]) -> Pack:
    """Copy a pack and have it say what it was trained on."""
    folder = Path(shutil.copytree(pack.path, out))
    (folder / "pairs.json").write_text(json.dumps({"trained": {"cuhk": trained}}))
    card = {name: value for name, value in pack.card.items() if name != "files"}
    return write_manifest(folder, {**card, "training": {"feature_weight": 2.0}})


def test_photographs_that_a_pack_was_trained_on_are_left_out_whatever_they_are_called(
    sketch_pack: Pack, pair_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(pair_folder, tmp_path / "pairs"))
    (folder / "photos" / "p1.png").rename(folder / "photos" / "renamed.png")
    (folder / "sketches" / "p1.jpg").rename(folder / "sketches" / "renamed.jpg")
    trained = [sha256_of_file(folder / "photos" / name)[:DIGEST_DIGITS] for name in ("renamed.png", "p3.png")]
    pack = with_record(sketch_pack, tmp_path / "packs" / "said", trained)
    result = evaluate_sketch(pack_path=pack.path, data_dir=folder, device="cpu", threads=1)
    assert [each["name"] for each in result["per_pair"]] == ["p0", "p2", "p4"]
    assert (result["n_pairs"], result["n_trained_left_out"], result["n_gallery"]) == (3, 2, 5)
    assert any("2 photographs of the folder" in words for words in result["notes"])
    assert any("another recogniser" in words for words in result["notes"])
    silent = evaluate_sketch(pack_path=sketch_pack.path, data_dir=folder, device="cpu", threads=1)
    assert (silent["n_pairs"], silent["n_trained_left_out"], silent["n_gallery"]) == (5, 0, 5)
    assert any("does not say which" in words for words in silent["notes"])
    (pack.path / "pairs.json").write_text(json.dumps({"trained": {"cuhk": []}}))
    with pytest.raises(PackAltered):
        evaluate_sketch(pack_path=pack.path, data_dir=folder, device="cpu", threads=1)


def test_each_set_is_drawn_in_its_own_style_on_its_test_folder(
    pair_folder: Path, styled_pack: Pack, tmp_path: Path
) -> None:
    for name in ("cuhk/train", "cuhk/test", "ar/train", "fs2k/train/style1"):
        shutil.copytree(pair_folder, tmp_path / name)
    (tmp_path / "cuhk" / "train" / "photos" / "p0.png").unlink()
    given: dict[str, Any] = {"pack_path": styled_pack.path, "device": "cpu", "threads": 1}
    result = evaluate_styles(data_dirs=[tmp_path / name for name in ("cuhk", "ar", "fs2k")], **given)
    sets = result["sets"]
    assert [(each["set"], each["style"], each["n_pairs"]) for each in sets] == [
        ("cuhk", "cuhk", 5), ("ar", "ar", 5), ("fs2k-1", "cuhk", 5),
    ]  # fmt: skip
    assert sets[0]["ssim"] == result["ssim"] == sets[2]["ssim"] != sets[1]["ssim"]
    assert "per_pair" not in sets[0]
    head, rows = sets_table(sets)
    assert head == ["measure", "cuhk", "ar", "fs2k-1"]
    assert ["style that is drawn", "cuhk", "ar", "cuhk"] in rows
    one = evaluate_styles(data_dirs=[tmp_path / "cuhk"], style="ar", **given)
    assert (one["sets"][0]["style"], one["ssim"]) == ("ar", sets[1]["ssim"])
    with pytest.raises(InvalidInput, match="does not know the style fs2k-3"):
        evaluate_styles(data_dirs=[tmp_path / "cuhk"], style="fs2k-3", **given)
