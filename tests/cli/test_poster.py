"""A public appeal: nothing goes out unapproved without saying so, and nothing is cut silently."""

from __future__ import annotations

import io
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from forensic_app.exchange.xmp import origin_in
from forensic_app.records import CustodyEvent
from forensic_app.reports.poster import SIZES
from forensic_app.store.case_store import CaseStore
from tests.cli.conftest import Cli, make_image

LIMITATION = "one possible appearance"
CONTACT = ("--contact", "Police, +49 1234\\nappeal@police.example")


def words_of(path: Path) -> str:
    (page,) = PdfReader(path).pages
    return " ".join(page.extract_text().split())


def newest(casebook: Path, count: int = 1) -> list[CustodyEvent]:
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        return list(store.events())[-count:]


def appeal(cli: Cli, image: str, out: Path, *more: object) -> object:
    return cli("export", "poster", "--case", "1", "--image", image, *CONTACT, "--out", out, "--json", *more)


def test_a_draft_says_so(cli: Cli, casebook: Path, image: str, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    answer = appeal(cli, image, out)
    assert answer.code == 0, answer.err
    assert answer.json["is_draft"] is True
    said = words_of(out)
    assert "DRAFT" in said
    assert "Ana" in said
    assert LIMITATION in said
    assert "+49 1234 appeal@police.example" in said
    press = (tmp_path / "a.txt").read_text()
    assert press.startswith("Press text: MISSING\n\nDRAFT, not approved")
    assert LIMITATION in press
    (event,) = newest(casebook)
    assert event.action == "poster_exported"
    assert event.details["is_draft"] is True
    assert event.details["exported_sha256"] == [answer.json["sha256"], answer.json["press_sha256"]]
    assert cli("inspect", out, "--json").json["run_id"] == "R-0001"


def test_only_an_accepted_image_is_approved(cli: Cli, casebook: Path, image: str, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    approved = ("--approved-by", "Jo Head", "--approved-on", "2026-11-27")
    refused = appeal(cli, image, out, *approved)
    assert refused.code == 1
    assert "Nobody decided" in refused.err
    cli("run", "decide", image, "accept", "--reason", "Looks like him")
    answer = appeal(
        cli, image, out, *approved, "--language", "en", "--language", "de", "--recipient", "Newspaper"
    )
    assert answer.code == 0, answer.err
    said = words_of(out)
    assert "DRAFT" not in said
    assert "ENTWURF" not in said
    assert "VERMISST" in said
    assert "Approved by Jo Head, 2026-11-27" in said
    assert "ein mögliches Aussehen" in said
    approval, exported = newest(casebook, 2)
    assert approval.action == "poster_approved"
    assert approval.details["approved_by"] == "Jo Head"
    assert approval.details["sha256"] == answer.json["sha256"]
    assert exported.details["recipient"] == "Newspaper"
    cli("run", "decide", image, "reject", "--reason", "No")
    assert "was rejected" in appeal(cli, image, tmp_path / "b.pdf").err
    assert not (tmp_path / "b.pdf").exists()
    assert cli("verify").code == 0


def test_a_page_of_a_file_is_the_photograph_of_the_sheet(
    cli: Cli, casebook: Path, photograph: Path, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.tif"
    page = Image.open(photograph).convert("RGB")
    Image.new("RGB", (40, 30), "red").save(scan, save_all=True, append_images=[page])
    cli("case", "new", "--number", "1", "--title", "T")
    added = cli("exhibit", "add", scan, "--page", "2", "--case", "1", "--age-at-photo", "34")
    assert added.code == 0, added.err
    out = tmp_path / "a.pdf"
    answer = appeal(cli, make_image(casebook, tmp_path), out)
    assert answer.code == 0, answer.err
    assert "Photograph at 34 years" in words_of(out)
    shown = [
        np.asarray(Image.open(io.BytesIO(each.data)).convert("RGB").resize(page.size)).astype(int)
        for each in PdfReader(out).pages[0].images
    ]
    assert min(np.abs(each - np.asarray(page)).mean() for each in shown) < 8


def test_nobody_appeals_with_a_photograph_that_was_withdrawn(cli: Cli, image: str, tmp_path: Path) -> None:
    assert cli("exhibit", "withdraw", "E-0001", "--reason", "Another person").code == 0
    refused = appeal(cli, image, tmp_path / "a.pdf")
    assert refused.code == 1
    assert "E-0001 was withdrawn: Another person" in refused.err
    assert not list(tmp_path.glob("a.*"))


def test_a_picture_for_the_networks_bears_the_marks(cli: Cli, image: str, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    answer = appeal(cli, image, out, "--size", "portrait", "--template", "unidentified")
    assert answer.code == 0, answer.err
    picture = Image.open(io.BytesIO(out.read_bytes()))
    assert picture.size == (1080, 1350)
    origin = origin_in(out.read_bytes())
    assert origin is not None
    assert origin.run_id == "R-0001"
    assert np.asarray(picture.convert("RGB"))[5, 5].tolist() == [138, 16, 32]
    assert "Ana" not in (tmp_path / "a.txt").read_text()


def test_long_and_strange_names_are_printed_whole(cli: Cli, image: str, tmp_path: Path) -> None:
    name = ("Maria-Antonia of Somewhere and Elsewhere " * 8)[:299] + "Z"
    cli("subject", "edit", "S-0001", "--reason", "x", "--name", name)
    for place, more in enumerate(((), ("--size", "a3"))):
        answer = appeal(cli, image, tmp_path / f"{place}.pdf", *more)
        assert answer.code == 0, answer.err
        assert " ".join(name.split()) in words_of(tmp_path / f"{place}.pdf")
        size = PdfReader(tmp_path / f"{place}.pdf").pages[0].mediabox
        assert (float(size.width), float(size.height)) == pytest.approx(
            SIZES["a3" if more else "a4"], abs=0.01
        )
    cli("subject", "edit", "S-0001", "--reason", "x", "--name", "Ana \U00013000 B")
    answer = appeal(cli, image, tmp_path / "c.pdf")
    assert "[U+13000]" in words_of(tmp_path / "c.pdf")
    assert "no glyph" in answer.json["notes"][0]
    long = "word " * 99
    fields = [
        f"--{each}" for each in ("circumstances", "clothing", "marks", "hair", "eyes", "height", "weight")
    ]
    given = [part for each in fields for part in (each, long)]
    cli("subject", "edit", "S-0001", "--reason", "x", *given)
    refused = appeal(cli, image, tmp_path / "d.pdf")
    assert refused.code == 1
    assert "more text than one sheet holds" in refused.err
    assert not (tmp_path / "d.pdf").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--size", "square"), "has no size square"),
        (("--language", "xx"), "in the language xx"),
        (("--language", "en", "--language", "en"), "one or two languages"),
        (("--template", "other"), "no template other"),
        (("--approved-by", "a\nb"), "control characters"),
        (("--contact", "   "), "contact is empty"),
    ],
)
def test_what_does_not_fit_is_refused(
    cli: Cli, image: str, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    answer = appeal(cli, image, tmp_path / "a.pdf", *more)
    assert answer.code == 1
    assert said in answer.err
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed (zbar-tools)")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--size", "a4"), "Police, +49 1234 appeal@police.example 1"),
        (
            ("--size", "a3", "--link", "https://police.example/appeal/17?a=b"),
            "https://police.example/appeal/17?a=b",
        ),
    ],
)
def test_another_program_reads_the_code_of_a_printed_sheet(
    cli: Cli, image: str, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    out, page = tmp_path / "a.pdf", tmp_path / "page.png"
    assert appeal(cli, image, out, *options).code == 0
    with closing(pypdfium2.PdfDocument(out)) as document:
        document[0].render(scale=150 / 72).to_pil().save(page)
    command = ["zbarimg", "--quiet", "--raw", str(page)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert " ".join(found.stdout.split()) == told
