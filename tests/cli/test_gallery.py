"""Galleries on the command line, with the bundled matcher and real photographs of one face in several tints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents
from tests.cli.conftest import Cli

HOSTILE = "\x1b]0;owned\x07\u202eevil\n name"


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Return a folder of two people, a file that is no image and one without a face, all with hostile names."""
    generator = np.random.default_rng(0)
    face = Image.fromarray(astronaut()).crop((120, 0, 360, 240))
    folder = tmp_path / "photographs"
    for person, tint in (("Ana", (1.0, 1.0, 1.0)), ("Bo", (0.6, 0.9, 0.5))):
        (folder / person).mkdir(parents=True)
        pixels = np.asarray(face, float) * tint + generator.normal(0, 6, (240, 240, 3))
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / person / f"{HOSTILE}.png")
    (folder / f"{HOSTILE}.png").write_bytes(b"no image")
    (folder / "Ana" / "none.png").write_bytes(_grey())
    return folder


def _grey() -> bytes:
    import io

    stream = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(stream, "PNG")
    return stream.getvalue()


def unseen(text: str) -> bool:
    """Return whether a text holds nothing that acts on a terminal."""
    return not any(sign in text for sign in ("\x1b", "\x07", "\u202e"))


@pytest.mark.slow
def test_a_gallery_from_its_making_to_a_search(
    cli: Cli, photographs: Path, photograph: Path, casebook: Path
) -> None:
    made = cli("gallery", "new", "Missing \u00e9", "--json")
    assert made.code == 0, made.err
    assert (made.json["gallery_id"], made.json["analyser"], made.json["embedding_size"]) == (
        "G-0001",
        "dlib",
        128,
    )
    added = cli("gallery", "add", "missing \u00e9", photographs, "--source", "Register", "--json")
    assert added.code == 0, added.err
    assert added.json["counts"] == {"enrolled": 2, "no_face": 1, "malformed": 1}
    assert [line["outcome"] for line in added.json["lines"]] == ["malformed", "no_face"]
    assert unseen(added.out + added.err)
    again = cli("gallery", "add", "G-0001", photographs)
    assert again.code == 0
    assert "\\x1b]0;owned\\x07\\u202eevil\\x0a name.png: " in again.err
    assert "enrolled before  2" in again.out
    assert unseen(again.out + again.err)

    (listed,) = cli("gallery", "list", "--json").json["galleries"]
    assert (listed["templates"], listed["photographs"], listed["derived"], listed["removed"]) == (2, 2, 0, 0)
    assert "Missing" in cli("gallery", "list").out
    shown = cli("gallery", "show", "G-0001", "--faces")
    assert "GB-000001-001" in shown.out
    assert unseen(shown.out)
    faces = cli("gallery", "show", "G-0001", "--faces", "--json").json["faces"]
    assert {each["name"] for each in faces} == {"Ana", "Bo"}
    assert faces[0]["file_name"] == f"{HOSTILE}.png"

    refused = cli("gallery", "search", "G-0001", photograph, "--json")
    assert refused.code == 1
    assert "needs 1,000 comparisons" in refused.json["message"]
    assert "Enrol 46 people" in refused.json["advice"]
    assert cli("case", "new", "--number", "1", "--title", "T").code == 0
    assert cli("exhibit", "add", photograph, "--case", "1").code == 0
    found = cli("gallery", "search", "G-0001", "E-0001", "--threshold", "0.4", "--json")
    assert found.code == 0, found.err
    first = found.json["candidates"][0]
    assert (first["name"], first["rank"], first["template"], first["source"]) == (
        "Ana",
        1,
        "photo",
        "Register",
    )
    assert found.json["threshold"] == 0.4
    assert found.json["expected_false_candidates"] == 2.0
    assert found.json["matcher"]["name"] == "dlib"
    assert found.json["is_recorded"] is True
    words = cli("gallery", "search", "G-0001", photograph, "--threshold", "0.4")
    assert "is a lead" in words.out
    assert "It identifies nobody" in words.out
    number = found.json["search"]
    assert f"gallery decide G-0001 {number + 1} RANK" in words.out
    made = cli("gallery", "decide", "G-0001", str(number), "1", "lead", "--reason", "Ears fit", "--json")
    assert (made.json["verdict"], made.json["face"]) == ("lead", first["face"])
    assert (
        "no candidate 7" in cli("gallery", "decide", "G-0001", str(number), "7", "lead", "--reason", "x").err
    )
    assert (
        "cannot be same" in cli("gallery", "decide", "G-0001", str(number), "1", "same", "--reason", "x").err
    )
    listed = cli("gallery", "searches", "G-0001", "--json").json
    assert [len(each["decisions"]) for each in listed] == [1, 0]
    one = cli("gallery", "searches", "G-0001", "--search", str(number), "--json").json
    assert one["candidates"][0]["decision"]["reason"] == "Ears fit"
    assert one["candidates"][0]["name"] == "Ana"
    assert "Ears fit" in cli("gallery", "searches", "G-0001", "--search", str(number)).out
    assert "is a lead" in cli("gallery", "searches", "G-0001", "--search", str(number)).out
    assert "E-0001" in cli("gallery", "searches", "G-0001").out
    removed = cli("gallery", "remove", "G-0001", "Bo", "--reason", "Found")
    assert "1 faces of the subject" in removed.out
    assert "Reason: Found" in cli("gallery", "show", "G-0001").out
    assert cli("verify").code == 0


@pytest.mark.slow
def test_a_search_beside_a_writer_says_that_it_is_not_recorded(
    cli: Cli, photographs: Path, photograph: Path, casebook: Path
) -> None:
    assert cli("gallery", "new", "Missing").code == 0
    assert cli("gallery", "add", "Missing", photographs).code == 0
    with CaseStore.open(casebook, examiner="Ada", key=None):
        found = cli("gallery", "search", "Missing", photograph, "--threshold", "0.4")
    assert found.code == 0, found.err
    assert "not recorded in its custody log" in found.err
    assert "This search is not recorded." in found.out
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        assert not [each for each in store.events() if each.action == "gallery_searched"]


def test_wrong_requests_are_refused_with_advice(cli: Cli, photographs: Path, tmp_path: Path) -> None:
    assert cli("gallery", "new", "Missing").code == 0
    assert "already" in cli("gallery", "new", "MISSING").err
    assert "no galleries" in cli("gallery", "new", "B", "--analyser", "insightface").err
    assert "no model pack" in cli("gallery", "new", "B", "--analyser", "matcher", "--pack", "nothing").err
    assert "no list or folder" in cli("gallery", "add", "Missing", tmp_path / "none.csv").err
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    assert "no column name and file" in cli("gallery", "add", "Missing", tmp_path / "list.csv").err
    assert "no gallery Other" in cli("gallery", "add", "Other", photographs).err
    assert "not matcher" in cli("gallery", "add", "Missing", photographs, "--analyser", "matcher").err
    assert "are no ages" in cli("gallery", "augment", "Missing", "--ages", "old").err
    assert "licence" in cli("gallery", "augment", "Missing", "--ages", "30").err
    assert "is empty" in cli("gallery", "search", "Missing", tmp_path / "list.csv").err
    assert cli("gallery", "remove", "Missing", "Nobody", "--reason", "Found").code == 1
    assert cli("gallery", "show", "Missing", "--json").json["subjects"] == 0


@pytest.fixture
def matcher_pack(casebook: Path) -> str:
    """Put a pack with the bundled weights into the casebook and return its name."""
    from forensic_app.engines.matcher.network import MatcherNetwork
    from forensic_app.engines.matcher.schema import COMPONENT, PACK_KIND
    from forensic_app.engines.packs.network_pack import write_network_pack
    from forensic_app.faces.dlib import DlibAnalyser

    network = MatcherNetwork(threshold=0.42, age_share=1.0)
    network.trunk.load_state_dict(DlibAnalyser().recognition_network.state_dict())
    card = {"kind": PACK_KIND, "version": "1.0", "licence": "LicenseRef-evaluation-only", "resolution": 150}
    texts = {"LICENCE.txt": "terms\n", "MODEL_CARD.md": "# card\n"}
    write_network_pack(
        casebook / "packs" / "tiny",
        network.eval().requires_grad_(False),
        component=COMPONENT,
        config=network.config,
        card=card,
        texts=texts,
    )
    return "tiny"


@pytest.mark.slow
def test_a_gallery_of_a_matcher_pack(cli: Cli, photographs: Path, matcher_pack: str, casebook: Path) -> None:
    import shutil

    given = ("gallery", "new", "Missing", "--analyser", "matcher", "--pack", matcher_pack)
    assert "licence" in cli(*given).err
    made = cli(*given, "--accept-licence", "--json")
    assert made.code == 0, made.err
    assert (made.json["analyser"], made.json["pack_name"]) == ("matcher", "tiny")
    assert "pack tiny 1.0" in made.json["analyser_version"]
    (photographs / "Ana" / "none.png").unlink()
    assert cli("gallery", "add", "Missing", photographs).code == 0
    probe = next((photographs / "Bo").iterdir())
    found = cli("gallery", "search", "Missing", probe, "--threshold", "0.4", "--json")
    assert found.code == 0, found.err
    first = found.json["candidates"][0]
    assert (first["name"], round(first["score"], 3)) == ("Bo", 2.0)
    assert "not dlib" in cli("gallery", "search", "Missing", probe, "--analyser", "dlib").err
    shutil.rmtree(casebook / "packs" / "tiny")
    assert "no model pack" in cli("gallery", "search", "Missing", probe).err


def test_workers_that_there_cannot_be_are_said(cli: Cli, photographs: Path, casebook: Path) -> None:
    assert cli("gallery", "new", "Missing").code == 0
    for options, words in (
        (("--workers", "0"), "0 workers cannot be kept"),
        (("--workers", "2", "--cluster", "local"), "at once"),
        (("--cluster", "somewhere"), ("Ray is not installed", "no address of a cluster")),
        (("--cluster", "127.0.0.1:1"), ("Ray is not installed", "No cluster answers")),
    ):
        refused = cli("gallery", "add", "Missing", photographs, *options, "--json")
        assert refused.code == 1
        assert any(each in refused.json["message"] for each in ([words] if isinstance(words, str) else words))
        assert refused.json["advice"]


@pytest.mark.slow
def test_a_gallery_by_two_workers_is_that_of_one(cli: Cli, photographs: Path, casebook: Path) -> None:
    found = []
    for name, options in (("One", ()), ("Two", ("--workers", "2"))):
        assert cli("gallery", "new", name).code == 0
        added = cli("gallery", "add", name, photographs, *options, "--json")
        assert added.code == 0, added.err
        assert (added.json["looked_at"], added.json["lost_tasks"]) == (3, 0)
        assert added.json["seconds"]["detect"] > 0
        found.append((added.json["counts"], added.json["lines"]))
    assert found[0] == found[1]
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        one, two = (
            np.stack([each.template for each in GalleryContents(store, gallery).faces()])
            for gallery in store.galleries()
        )
    np.testing.assert_allclose(one, two, atol=1e-4)
