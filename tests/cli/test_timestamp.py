"""Time-stamps of the log: a request out, the reply in, the workstation's own, and what does not verify."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from forensic_app.identity.certificates import new_credentials, pem
from forensic_app.identity.timestamps import local_reply
from forensic_app.store.case_store import CaseStore
from tests.cli.conftest import Cli


class Authority:
    """A time-stamping authority of a test."""

    def __init__(self, folder: Path) -> None:
        credentials, self._key = new_credentials("Authority of time", now=datetime.now(UTC))
        self._certificate = credentials.chain[0]
        self.certificate = folder / "authority.pem"
        self.certificate.write_text(pem(self._certificate))

    def answer(self, request: Path, out: Path) -> Path:
        reply = local_reply(request.read_bytes(), self._certificate, self._key, now=datetime.now(UTC))
        out.write_bytes(reply)
        return out

    def as_der(self, out: Path) -> Path:
        out.write_bytes(self._certificate.public_bytes(Encoding.DER))
        return out


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def case(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    cli("case", "new", "--number", "1", "--title", "T")


def asked(cli: Cli, authority: Authority, tmp_path: Path, name: str) -> Path:
    request = tmp_path / f"{name}.tsq"
    assert cli("timestamp", "request", "--out", request).code == 0
    return authority.answer(request, tmp_path / f"{name}.tsr")


@pytest.mark.usefixtures("case")
def test_a_reply_is_matched_checked_and_kept(
    cli: Cli, casebook: Path, authority: Authority, tmp_path: Path
) -> None:
    reply = asked(cli, authority, tmp_path, "a")
    assert cli("timestamp", "request", "--out", tmp_path / "a.tsq").code == 1
    cli("subject", "add", "--case", "1", "--name", "Ana")
    kept = cli("timestamp", "import", reply, "--trust", authority.certificate, "--json")
    assert kept.code == 0, kept.err
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        newest = store.events()[-1]
    assert newest.action == "head_timestamped"
    assert newest.details["head_size"] == kept.json["head_size"] < newest.sequence
    assert (kept.json["authority"], kept.json["is_valid"]) == ("Authority of time", True)
    again = cli("timestamp", "import", reply, "--trust", authority.as_der(tmp_path / "a.der"))
    assert again.code == 1
    assert "kept already" in again.err
    listed = cli("timestamp", "list", "--json")
    assert listed.code == 0
    assert [each["fault"] for each in listed.json["timestamps"]] == [""]
    assert cli("verify").code == 0


@pytest.mark.usefixtures("case")
def test_what_does_not_verify_is_not_recorded(
    cli: Cli, casebook: Path, authority: Authority, tmp_path: Path
) -> None:
    reply = asked(cli, authority, tmp_path, "a")
    (tmp_path / "elsewhere").mkdir()
    other = Authority(tmp_path / "elsewhere")
    (tmp_path / "none.tsr").write_bytes(b"nothing")
    damaged = bytearray(reply.read_bytes())
    damaged[-20] ^= 1
    (tmp_path / "damaged.tsr").write_bytes(damaged)
    foreign = tmp_path / "foreign.tsq"
    from forensic_app.identity.timestamps import request_for

    foreign.write_bytes(request_for(b"another head"))
    authority.answer(foreign, tmp_path / "foreign.tsr")
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        before = store.count_events()
    for file, trusted, said in (
        (reply, other.certificate, "certificate signature failure"),
        (tmp_path / "none.tsr", authority.certificate, "no reply of a time-stamping authority"),
        (tmp_path / "damaged.tsr", authority.certificate, "does not verify"),
        (tmp_path / "foreign.tsr", authority.certificate, "stamps no head of this casebook"),
        (reply, reply, "holds no certificate"),
        (tmp_path / "missing.tsr", authority.certificate, ""),
    ):
        answer = cli("timestamp", "import", file, "--trust", trusted)
        assert answer.code == 1
        assert said in answer.err
        assert "ErrorStack" not in answer.err
    with CaseStore.open(casebook, examiner="Ada", read_only=True) as store:
        assert store.count_events() == before


@pytest.mark.usefixtures("case")
def test_a_stamp_of_its_own_is_called_that(cli: Cli, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("four words are enough\n")
    assert cli("timestamp", "local", "--passphrase-file", secret).code == 1
    cli("identity", "new", "--organisation", "Lab", "--passphrase-file", secret)
    kept = cli("timestamp", "local", "--passphrase-file", secret)
    assert kept.code == 0, kept.err
    assert "nobody else vouches for this time" in kept.err
    assert "this workstation's" in cli("timestamp", "list").out
    (tmp_path / "wrong").write_text("other words\n")
    assert cli("timestamp", "local", "--passphrase-file", tmp_path / "wrong").code == 1


@pytest.mark.usefixtures("case")
def test_the_laboratorys_authority_is_never_another_clock(
    cli: Cli, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stamp under the laboratory's own authority is the workstation's, whatever policy it names."""
    from forensic_app.identity import files, timestamps

    secret = tmp_path / "secret"
    secret.write_text("four words are enough\n")
    cli("identity", "new", "--organisation", "Lab", "--passphrase-file", secret)
    identity = files.load_identity(home)
    key = identity.authority_key("four words are enough")
    (tmp_path / "own.pem").write_text(pem(identity.anchor))
    assert cli("timestamp", "request", "--out", tmp_path / "a.tsq").code == 0
    monkeypatch.setattr(timestamps, "LOCAL_POLICY", "1.2.3.4")
    reply = timestamps.local_reply(
        (tmp_path / "a.tsq").read_bytes(), identity.anchor, key, now=datetime.now(UTC)
    )
    monkeypatch.undo()
    (tmp_path / "a.tsr").write_bytes(reply)
    monkeypatch.setenv("FORENSIC_APP_HOME", str(home))
    kept = cli("timestamp", "import", tmp_path / "a.tsr", "--trust", tmp_path / "own.pem", "--json")
    assert kept.code == 0, kept.err
    assert (kept.json["policy"], kept.json["is_local"]) == ("1.2.3.4", True)


@pytest.mark.usefixtures("case")
def test_a_bundle_holds_stamps_that_others_check(
    cli: Cli, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = asked(cli, authority, tmp_path, "a")
    cli("timestamp", "import", reply, "--trust", authority.certificate)
    bundle = tmp_path / "bundle"
    assert cli("export", "bundle", "--case", "1", "--out", bundle).code == 0
    (stamp,) = bundle.glob("data/log/timestamps/*.tsr")
    assert stamp.read_bytes() == reply.read_bytes()
    from forensic_app.bundles import verify_bundle

    assert verify_bundle.main([str(bundle)]) == 0
    if shutil.which("openssl"):
        found = subprocess.run(
            ["openssl", "ts", "-verify", "-in", stamp, "-data", stamp.with_suffix(".note"), "-CAfile",
             stamp.with_suffix(".pem")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Verification: OK" in found.stdout + found.stderr
    heads = bundle / "data" / "log" / "heads.json"
    told = json.loads(heads.read_text())
    lines = told["timestamped"][0]["note"].split("\n")
    told["timestamped"][0]["note"] = "\n".join([*lines[:2], "A" * 43 + "=", *lines[3:]])
    heads.write_text(json.dumps(told))
    capsys.readouterr()
    assert verify_bundle.main([str(bundle)]) == 1
    said = capsys.readouterr().out
    assert "is none of this log" in said
    assert "is not the head that was time-stamped" in said
