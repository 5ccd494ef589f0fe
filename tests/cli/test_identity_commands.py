"""The laboratory's identity and signed reports on the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from forensic_app.cli.app import app
from forensic_app.cli.disclosure_options import unlocked
from forensic_app.errors import InvalidInput, StoreUnavailable
from forensic_app.identity.files import load_identity
from forensic_app.settings import HOME_VARIABLE
from forensic_app.workflows.laboratory_identity import PASSPHRASE_FILE, standing_credentials


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Return what runs a command in a home and casebook of its own: exit code and output."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    runner = CliRunner()

    def invoke(*words: str, typed: str | None = None) -> tuple[int, str]:
        options = ["--casebook", str(tmp_path / "book"), "--examiner", "A. Muster"]
        result = runner.invoke(app, [*options, *words], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return 1, str(result.exception)
        return result.exit_code, result.output

    return invoke


def test_an_identity_signs_a_report(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    secret, out = tmp_path / "secret", tmp_path / "report.pdf"
    secret.write_text("four words are enough\n")
    code, said = run("identity", "new", "--organisation", "Lab", "--passphrase-file", str(secret), "--json")
    assert code == 0, said
    made = json.loads(said)
    assert made["organisation"] == "Lab"
    code, said = run("identity", "show")
    assert code == 0
    assert made["certificate_sha256"] in said
    assert run("case", "new", "--number", "1", "--title", "One", "--kind", "missing-person")[0] == 0
    signing = ("--sign", "--passphrase-file", str(secret), "--json")
    code, said = run("report", "new", "--case", "1", "--out", str(out), *signing)
    assert code == 0, said
    issued = json.loads(said)
    assert issued["is_signed"]
    assert issued["html"] == str(tmp_path / "report.html")
    data = out.read_bytes()
    assert hashlib.sha256(data).hexdigest() == issued["sha256"]
    assert b"/ByteRange" in data
    assert made["certificate_sha256"].encode() in (tmp_path / "report.html").read_bytes()
    assert run("verify")[0] == 0


def test_what_cannot_sign_issues_nothing(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    secret, out = tmp_path / "secret", tmp_path / "report.pdf"
    secret.write_text("right")
    run("case", "new", "--number", "1", "--title", "One", "--kind", "missing-person")
    order = ("report", "new", "--case", "1", "--out", str(out))
    code, said = run(*order, "--sign", "--passphrase-file", str(secret))
    assert (code, "no laboratory identity" in said) == (1, True)
    run("identity", "new", "--organisation", "Lab", "--passphrase-file", str(secret))
    secret.write_text("wrong")
    code, said = run(*order, "--sign", "--passphrase-file", str(secret))
    assert (code, "does not open" in said) == (1, True)
    code, said = run(*order, "--passphrase-file", str(secret))
    assert (code, "no signature" in said) == (1, True)
    assert not out.exists()
    assert json.loads(run("report", "list", "--case", "1", "--json")[1])["reports"] == []
    code, said = run(*order, "--no-html")
    assert code == 0
    assert not (tmp_path / "report.html").exists()


def test_files_that_are_not_there_are_named(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    secret, none = tmp_path / "secret", tmp_path / "none"
    secret.write_text("four words are enough\n")
    run("case", "new", "--number", "1", "--title", "One")
    for words in (
        ("identity", "new", "--organisation", "Lab", "--passphrase-file", str(none)),
        (
            "identity",
            "import",
            str(none),
            "--passphrase-file",
            str(secret),
            "--file-passphrase-file",
            str(secret),
        ),
        ("timestamp", "import", str(none), "--trust", str(secret)),
        ("import", "bundle", str(none) + ".tar.age", "--case", "1", "--identity-file", str(secret)),
    ):
        code, said = run(*words)
        assert code == 1
        assert str(none) in said.replace("\n", ""), (words, said)


def test_a_standing_passphrase_signs_all_that_leaves(
    run: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("four words are enough\n")
    assert run("identity", "new", "--organisation", "Lab", "--passphrase-file", str(secret))[0] == 0
    home = tmp_path / "home"
    assert standing_credentials(home) is None
    monkeypatch.setenv(PASSPHRASE_FILE, str(secret))
    found, asked = standing_credentials(home), unlocked(None)
    assert found is not None
    assert asked is not None
    assert asked.certificate == found.certificate == load_identity(home).certificate
    monkeypatch.setenv(PASSPHRASE_FILE, str(tmp_path / "none"))
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        standing_credentials(home)
    secret.write_text("another\n")
    with pytest.raises(InvalidInput, match="does not open"):
        standing_credentials(home, {PASSPHRASE_FILE: str(secret)})


def test_a_passphrase_is_typed_twice_where_no_file_is_named(run: Callable[..., tuple[int, str]]) -> None:
    assert run("identity", "new", "--organisation", "Lab", typed="one\nother\none\none\n")[0] == 0
    code, said = run("identity", "new", "--organisation", "Lab", typed="one\none\n")
    assert (code, "already" in said) == (1, True)
    assert run("identity", "new", "--organisation", "Lab", "--replace", typed="one\none\n")[0] == 0


def test_a_case_leaves_encrypted_and_comes_back(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    secret, out = tmp_path / "secret", tmp_path / "bundle"
    secret.write_text("four words are enough\n")
    Image.new("RGB", (40, 30), (90, 120, 30)).save(tmp_path / "photo.png")
    for number in ("1", "2"):
        run("case", "new", "--number", number, "--title", "A case", "--kind", "missing-person")
    assert run("exhibit", "add", str(tmp_path / "photo.png"), "--case", "1", "--source", "mother")[0] == 0
    code, said = run("export", "bundle", "--case", "1", "--out", str(out), "--passphrase-file", str(secret))
    assert (code, "Add --encrypt" in said) == (1, True)
    sealing = ("--encrypt", "--passphrase-file", str(secret), "--json")
    code, said = run("export", "bundle", "--case", "1", "--out", str(out), "--recipient", "Court", *sealing)
    assert code == 0, said
    made = json.loads(said[said.index("{") :])
    assert made["folder"] is None
    assert [Path(each).name for each in made["sealed"]] == ["bundle.tar.age", "bundle.key.age"]
    order = ("import", "bundle", made["sealed"][0], "--case", "2", "--passphrase-file", str(secret), "--json")
    code, said = run(*order)
    assert code == 0, said
    received = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert received["tagmanifest_sha256"] == made["tagmanifest_sha256"]
    assert received["exhibits"] == []
    assert "already" in received["left_out"][0]
    assert run("verify")[0] == 0
