"""A case as a bundle: whole, proven, checked by its own file, found out when anything in it changes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyrage
import pytest
from PIL import Image

from forensic_app.bundles import verify_bundle
from forensic_app.bundles.bag import MARKER, plain_name
from forensic_app.bundles.proofs import ProvenTree
from forensic_app.bundles.sealing import open_sealed
from forensic_app.custody import SigningKey, inclusion_proof, merkle_root
from forensic_app.errors import DiskFull, EvidenceAltered, InvalidInput, RecordNotFound
from forensic_app.records import CaseKind, NoteKind, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows import bundle_import
from forensic_app.workflows.bundle_import import import_bundle
from forensic_app.workflows.bundle_statements import StatedPhotograph, stated_photographs
from forensic_app.workflows.bundles import CaseBundle, export_bundle, seal_bundle
from forensic_app.workflows.intake import receive_exhibit

START = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes on a second with each look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def _photograph(path: Path, seed: int) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def _spec(exhibit: Any, **changes: Any) -> RunSpec:
    values: dict[str, Any] = {
        "engine": "aging",
        "engine_version": "1",
        "exhibit_id": exhibit.exhibit_id,
        "exhibit_sha256": exhibit.sha256,
        "parameters": {"target_ages": [20.0]},
        "pack_name": "tiny",
        "pack_sha256": "a" * 64,
        "analyser": "dlib",
    }
    return RunSpec(**{**values, **changes})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CaseStore]:
    """Yield a casebook with two cases, a run with an image, and a second person in the first case."""
    with CaseStore.create(
        tmp_path / "book", examiner="A. Muster", key=SigningKey.generate(), clock=Ticking()
    ) as made:
        for number in ("2026/1", "2026/2"):
            made.create_case(number=number, title=f"Case {number}", kind=CaseKind.MISSING_PERSON)
        for name in ("Anna", "Berta"):
            made.add_subject(case="2026/1", name=name)
        ages = {"S-0001": 30.0, "S-0002": 9.0}
        for place, (subject, age) in enumerate(ages.items()):
            receive_exhibit(
                made,
                _photograph(tmp_path / f"{subject}.png", place),
                case="2026/1",
                subject_id=subject,
                source=f"Mother of {subject}",
                age_at_photo=age,
            )
        receive_exhibit(made, _photograph(tmp_path / "other.png", 9), case="2026/2")
        yield made


def _export(store: CaseStore, out: Path, **options: Any) -> CaseBundle:
    return export_bundle(store, case="2026/1", out=out, **options)


def _check(folder: Path, *options: str) -> dict[str, Any]:
    """Check a bundle as its receiver would: by its own file, with nothing of the program to be imported."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _RUN, str(folder / "verify.py"), str(folder), "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert not done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["is_intact"] else 1)
    return found


_RUN = f"""
import sys, runpy
sys.path[:0] = {[each for each in sys.path if each.endswith("site-packages")]!r}
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("forensic_app", "numpy", "sqlalchemy", "rfc8785", "PIL"):
            raise ImportError(name + " may not be needed")
sys.meta_path.insert(0, Nothing())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _rewrite(folder: Path) -> None:
    """Make every manifest anew, as a forger without the key would."""
    for algorithm in ("sha256", "sha512"):
        for kind in ("manifest", "tagmanifest"):
            lines = []
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if (
                    not path.is_file()
                    or name in verify_bundle.UNLISTED
                    or name.startswith("data/") != (kind == "manifest")
                ):
                    continue
                lines.append(f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  {name}\n")
            (folder / f"{kind}-{algorithm}.txt").write_text("".join(lines))


def test_a_bundle_verifies_by_itself_and_names_nothing_of_other_cases(
    store: CaseStore, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    made = _export(store, out, recipient="Defence", purpose="Discovery")
    found = _check(out)
    assert found["findings"] == []
    assert found["files"] > 9
    assert found["records"] == 6
    assert found["first_key"] == made.first_key == store.public_key_hex
    assert not (out / MARKER).exists()
    assert len(list((out / "data/photographs").iterdir())) == 2
    assert len(list((out / "data/reports").iterdir())) == 1
    disclosed = b"".join(
        path.read_bytes() for path in out.rglob("*") if path.is_file() and "reports" not in str(path)
    )
    assert b"Case 2026/1" in disclosed
    assert b"2026/2" not in disclosed
    assert b"other.png" not in disclosed
    event = store.events(limit=1)[0]
    assert event.action == "bundle_exported"
    assert event.details["tagmanifest_sha256"] == made.tagmanifest_sha256
    assert (event.details["recipient"], event.details["purpose"]) == ("Defence", "Discovery")
    assert verify_casebook(store.folder).is_intact


def test_other_programs_find_it_whole(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    for algorithm in ("sha256", "sha512"):
        for kind in ("manifest", "tagmanifest"):
            command = [f"{algorithm}sum", "--check", "--strict", "--quiet", f"{kind}-{algorithm}.txt"]
            subprocess.run(command, cwd=out, check=True)
    bagit = pytest.importorskip("bagit")
    assert bagit.Bag(str(out)).is_valid()


def test_every_changed_byte_is_found(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    for path in sorted(path for path in out.rglob("*") if path.is_file() and path.name != "verify.py"):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            checking = verify_bundle.Checking(out, set())
            checking.run()
            assert checking.findings, (path, place)
            if path.parent.name in {"photographs", "reports"}:
                assert any(path.name in each for each in checking.findings)
        path.write_bytes(whole)
    checking = verify_bundle.Checking(out, set())
    checking.run()
    assert checking.findings == []


def test_every_byte_of_the_event_beside_the_manifests_is_found_and_named(
    store: CaseStore, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    path = out / "bundle-event.json"
    whole = path.read_bytes()
    checking = verify_bundle.Checking(out, set())
    checking.run()
    keys, first = checking.known, checking.head
    assert first is not None
    for place, byte in enumerate(whole):
        other = byte ^ (0x20 if place % 3 else 1)
        path.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
        again = verify_bundle.Checking(out, set())
        again.tried(again.check_last, keys, first)
        assert any("bundle-event.json" in each for each in again.findings), (place, other)


def test_what_is_wrong_names_the_file_that_was_changed(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    for name in (
        *verify_bundle.MANIFESTS,
        "bundle.json",
        "data/log/heads.json",
        "data/log/events.jsonl",
        "data/records/records.json",
    ):
        path = out / name
        whole = path.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 11)):
            for other in (whole[place] ^ 1, whole[place] ^ 0x80):
                path.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
                checking = verify_bundle.Checking(out, set())
                checking.run()
                assert any(name in each for each in checking.findings), (name, place, other)
        path.write_bytes(whole)
    found = _check(out)
    assert found["findings"] == []


def test_a_folder_that_is_no_bundle_is_not_hashed(tmp_path: Path) -> None:
    (tmp_path / "much").write_bytes(b"x" * 1000)
    checking = verify_bundle.Checking(tmp_path, set())
    checking.run()
    assert checking.findings == [f"There is no bundle in this folder: {tmp_path.name}."]
    assert checking.files == 0


def test_what_is_forged_with_new_manifests_is_found(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    _rewrite(out)
    assert _check(out)["findings"] == []

    def forged(change: Callable[[Path], object]) -> list[str]:
        copy = tmp_path / "forged"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(out, copy)
        change(copy)
        _rewrite(copy)
        findings: list[str] = _check(copy)["findings"]
        return findings

    def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
        def change(folder: Path) -> None:
            path = folder / name
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))

        return change

    photograph = next((out / "data/photographs").iterdir()).name
    found = forged(lambda folder: (folder / "data/photographs" / photograph).write_bytes(b"another"))
    assert any("not the file of exhibit" in each for each in found)
    assert any("tagmanifest-sha256.txt was changed" in each for each in found)
    found = forged(edit("data/records/records.json", "Anna", "Hanna"))
    assert any("subject S-0001 is not the one" in each for each in found)
    found = forged(edit("data/log/events.jsonl", "Mother of", "Father of"))
    assert any("is not the one that the log's head covers" in each for each in found)
    found = forged(lambda folder: (folder / "data/extra.txt").write_bytes(b"x"))
    assert any("tagmanifest-sha256.txt was changed" in each for each in found)
    found = forged(edit("bundle.json", '"version": 1', '"version": 2'))
    assert any("it is of version 2" in each for each in found)

    def drop_record(folder: Path) -> None:
        path = folder / "data/records/records.json"
        value = json.loads(path.read_text())
        value["records"] = [each for each in value["records"] if each["object_id"] != "S-0002"]
        path.write_text(json.dumps(value))

    assert any("subject S-0002 is missing" in each for each in forged(drop_record))


def test_files_that_are_missing_linked_or_strange_are_named(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    photographs = sorted((out / "data/photographs").iterdir())
    photographs[0].unlink()
    kept = tmp_path / "kept"
    photographs[1].rename(kept)
    photographs[1].symlink_to(kept)
    (out / "note.txt").write_text("hello")
    (out / "verify.py").touch()
    found = _check(out)["findings"]
    assert f"data/photographs/{photographs[0].name} is missing." in found
    assert f"data/photographs/{photographs[1].name} is a link or no file." in found
    assert "note.txt is in no manifest." in found


def test_a_key_that_the_recipient_trusts_is_demanded(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    made = _export(store, out)
    assert _check(out, "--key", made.first_key.upper())["is_intact"]
    found = _check(out, "--key", "ab" * 32)
    assert found["findings"] == ["No key of the log is one that you trust."]


def test_a_key_introduced_later_signs_the_bundle(tmp_path: Path) -> None:
    first, second = SigningKey.generate(), SigningKey.generate()
    clock = Ticking()
    with CaseStore.create(tmp_path / "book", examiner="A", key=first, clock=clock) as store:
        store.create_case(number="1", title="One", kind=CaseKind.COLD_CASE)
        store.introduce_key(second.public_key_hex)
    with CaseStore.open(tmp_path / "book", examiner="B", key=second, clock=clock) as store:
        made = export_bundle(store, case="1", out=tmp_path / "bundle")
    found = _check(tmp_path / "bundle")
    assert found["findings"] == []
    assert found["first_key"] == made.first_key == first.public_key_hex
    path = tmp_path / "bundle/data/log/heads.json"
    heads = json.loads(path.read_text())
    assert len(heads["introductions"]) == 1
    heads["introductions"] = []
    path.write_text(json.dumps(heads))
    assert any("introduced under no key" in each for each in _check(tmp_path / "bundle")["findings"])


def test_photographs_of_minors_are_withheld_and_the_proofs_hold(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    made = _export(store, out, redactions=["minors"])
    found = _check(out)
    assert found["findings"] == []
    assert found["withheld_events"] == 0
    assert [path.stem[-4:] for path in (out / "data/photographs").iterdir()] == ["0001"]
    assert not (out / "data/case.html").exists()
    assert any("E-0002: its file" in each for each in made.withheld)
    value = json.loads((out / "data/records/records.json").read_text())
    assert [each["object_id"] for each in value["withheld_files"]] == ["E-0002"]


def test_third_persons_are_withheld_and_the_proofs_hold(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    exhibits = store.exhibits("2026/1")
    for exhibit in exhibits:
        run = store.queue_run(case_id="2026/1", spec=_spec(exhibit))
        store.start_run(run.run_id, environment={})
        store.fail_run(run.run_id, error="FaceNotFound", message="No face.", advice="Another one.")
    with_both = store.queue_run(
        case_id="2026/1", spec=_spec(exhibits[0], reference_sha256=(exhibits[1].sha256,))
    )
    for exhibit, text in zip(exhibits, ("A mark of Anna", "A mark of Berta"), strict=True):
        store.add_image_note(exhibit.exhibit_id, kind=NoteKind.NOTE, points=[[1, 1]], text=text)
    made = _export(store, out, redactions=["third-persons"], subjects=["S-0001"])
    found = _check(out)
    assert found["findings"] == []
    assert found["withheld_events"] > 5
    records = json.loads((out / "data/records/records.json").read_text())["records"]
    assert [each["row"]["text"] for each in records if each["object_type"] == "image_note"] == [
        "A mark of Anna"
    ]
    disclosed = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"Anna" in disclosed
    assert b"Berta" not in disclosed
    assert b"Mother of S-0002" not in disclosed
    assert any(f"run {with_both.run_id}" in each for each in made.withheld)
    with pytest.raises(InvalidInput, match="No subject is named"):
        _export(store, tmp_path / "none", redactions=["third-persons"])
    with pytest.raises(InvalidInput, match="no subject S-0009"):
        _export(store, tmp_path / "none", redactions=["third-persons"], subjects=["S-0009"])
    with pytest.raises(InvalidInput, match="nothing is to be withheld"):
        _export(store, tmp_path / "none", subjects=["S-0001"])
    with pytest.raises(InvalidInput, match="no redaction names"):
        _export(store, tmp_path / "none", redactions=["names"])
    assert not (tmp_path / "none").exists()


def test_withdrawn_photographs_stay_where_they_are(store: CaseStore, tmp_path: Path) -> None:
    store.remove("exhibit", store.exhibits("2026/1")[1].exhibit_id, "another person")
    made = _export(store, tmp_path / "bundle")
    assert _check(tmp_path / "bundle")["findings"] == []
    assert len(list((tmp_path / "bundle/data/photographs").iterdir())) == 1
    assert made.withheld == ("exhibit E-0002: its file, for it was withdrawn; the record says why",)


def test_a_page_of_a_file_goes_with_the_file(store: CaseStore, tmp_path: Path) -> None:
    pages = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in (10, 200)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    exhibit = receive_exhibit(store, path, case="2026/1", page=2)
    out = tmp_path / "bundle"
    _export(store, out)
    assert _check(out)["findings"] == []
    picture = out / f"data/photographs/{exhibit.exhibit_id}-page-2.png"
    assert hashlib.sha256(picture.read_bytes()).hexdigest() == exhibit.picture_sha256
    value = json.loads((out / "data/records/records.json").read_text())
    for each in value["files"]:
        if each.get("digest"):
            each["path"] = next(name["path"] for name in value["files"] if "digest" not in name)
    (out / "data/records/records.json").write_text(json.dumps(value))
    assert any("is not the file of exhibit" in each for each in _check(out)["findings"])
    with CaseStore.create(
        tmp_path / "other", examiner="B", key=SigningKey.generate(), clock=Ticking()
    ) as other:
        other.create_case(number="9", title="Nine", kind=CaseKind.COLD_CASE)
        _export(store, tmp_path / "second")
        done = import_bundle(other, tmp_path / "second", case="9")
        assert len(done.exhibits) == 3
        assert {each.page for each in other.exhibits("9")} == {None, 2}


def test_a_report_is_issued_only_where_the_newest_is_out_of_date(store: CaseStore, tmp_path: Path) -> None:
    _export(store, tmp_path / "first")
    assert len(store.reports("2026/1")) == 1
    _export(store, tmp_path / "second")
    assert len(store.reports("2026/1")) == 1
    store.add_subject(case="2026/1", name="Carla")
    _export(store, tmp_path / "third")
    assert len(store.reports("2026/1")) == 2
    assert _check(tmp_path / "third")["is_intact"]


def test_a_stopped_bundle_goes_on_and_trusts_nothing_that_it_finds(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise Stopped

    with pytest.raises(Stopped):
        _export(store, out, progress=stop)
    assert (out / MARKER).exists()
    assert not (out / "bundle-event.json").exists()
    left = next(path for path in (out / "data").rglob("*") if path.is_file())
    left.write_bytes(b"changed meanwhile")
    (out / "data/photographs/stray.png").write_bytes(b"stray")
    seen: list[tuple[int, int]] = []
    _export(store, out, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert _check(out)["findings"] == []
    assert not (out / "data/photographs/stray.png").exists()


def test_folders_that_hold_something_else_are_refused(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="is not empty"):
        _export(store, out)
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="is a file"):
        _export(store, tmp_path / "file")
    with pytest.raises(RecordNotFound):
        export_bundle(store, case="none", out=tmp_path / "none")
    (out / "letter.txt").unlink()
    (out / MARKER).write_text("{}")
    with pytest.raises(InvalidInput, match="of something else"):
        _export(store, out)


def test_altered_evidence_and_a_full_disk_stop_it(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _export(store, tmp_path / "first")
    before = store.count_events()
    monkeypatch.setattr("forensic_app.workflows.bundles.free_bytes", lambda place: 1000)
    with pytest.raises(DiskFull):
        _export(store, tmp_path / "full")
    assert not (tmp_path / "full").exists()
    monkeypatch.undo()
    path = store.vault.path(store.exhibits("2026/1")[0].sha256)
    path.chmod(0o600)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    with pytest.raises(EvidenceAltered, match="no longer has its SHA-256"):
        _export(store, tmp_path / "altered")
    assert store.count_events() == before
    assert not list((tmp_path / "altered").rglob("*.part"))


def test_proofs_of_every_entry_are_those_of_the_log() -> None:
    for count in range(1, 34):
        entries = [hashlib.sha256(bytes([place])).digest() for place in range(count)]
        tree = ProvenTree(entries)
        assert tree.root == merkle_root(entries)
        for index in range(count):
            assert tree.proof(index) == inclusion_proof(entries, index)


@pytest.mark.parametrize(
    ("text", "name"), [("E-0001", "E-0001"), ("../a b", "a-b"), ("Ünü/..", "n"), ("...", "unnamed")]
)
def test_names_are_plain(text: str, name: str) -> None:
    assert plain_name(text) == name


class TestSealed:
    def test_a_passphrase_opens_it_and_the_photographs_are_received(
        self, store: CaseStore, tmp_path: Path
    ) -> None:
        made = _export(store, tmp_path / "bundle", sealing="age, passphrase")
        archive, key_file = seal_bundle(tmp_path / "bundle", passphrase="four words are enough")
        assert not (tmp_path / "bundle").exists()
        assert archive.name == "bundle.tar.age"
        assert archive.stat().st_mode & 0o077 == 0
        assert b"Anna" not in archive.read_bytes() + key_file.read_bytes()
        with CaseStore.create(
            tmp_path / "other", examiner="B", key=SigningKey.generate(), clock=Ticking()
        ) as other:
            other.create_case(number="9", title="Nine", kind=CaseKind.COLD_CASE)
            with pytest.raises(InvalidInput, match="could not be opened"):
                import_bundle(other, archive, case="9", passphrase="wrong")
            done = import_bundle(
                other, archive, case="9", passphrase="four words are enough", key=made.first_key
            )
            assert (done.tagmanifest_sha256, len(done.exhibits)) == (made.tagmanifest_sha256, 2)
            ours = {each.sha256: each for each in store.exhibits("2026/1")}
            for exhibit in other.exhibits("9"):
                origin = ours[exhibit.sha256]
                assert (exhibit.source, exhibit.age_at_photo) == (origin.source, origin.age_at_photo)
                assert exhibit.original_name == origin.original_name
                assert exhibit.received_how == f"case bundle {made.tagmanifest_sha256[:16]}"
                assert any(origin.exhibit_number in each for each in exhibit.notes)
            event = other.events(limit=1)[0]
            assert (event.action, event.details["first_key"]) == ("bundle_received", made.first_key)
            again = import_bundle(other, archive, case="9", passphrase="four words are enough")
            assert not again.exhibits
            assert len(again.left_out) == 2
        assert verify_casebook(tmp_path / "other").is_intact

    def test_a_recipients_key_opens_it(self, store: CaseStore, tmp_path: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        _export(store, tmp_path / "bundle")
        (archive,) = seal_bundle(tmp_path / "bundle", recipient_key=str(identity.to_public()))
        secret = tmp_path / "secret"
        secret.write_text(f"# created: today\n{identity}\n")
        open_sealed(archive, _new(tmp_path / "opened"), identity_file=secret)
        assert _check(tmp_path / "opened" / "bundle")["is_intact"]
        secret.write_text(str(pyrage.x25519.Identity.generate()))
        with pytest.raises(InvalidInput, match="for another key"):
            open_sealed(archive, _new(tmp_path / "another"), identity_file=secret)
        secret.write_text("nonsense")
        with pytest.raises(InvalidInput, match="could not be opened"):
            open_sealed(archive, _new(tmp_path / "none"), identity_file=secret)
        with pytest.raises(InvalidInput, match="not a public key of age"):
            seal_bundle(tmp_path / "opened" / "bundle", recipient_key="age1nothing")
        with pytest.raises(InvalidInput, match="passphrase is empty"):
            seal_bundle(tmp_path / "opened" / "bundle")
        assert (tmp_path / "opened" / "bundle").is_dir()

    def test_a_changed_or_cut_file_is_refused(self, store: CaseStore, tmp_path: Path) -> None:
        _export(store, tmp_path / "bundle")
        archive, _ = seal_bundle(tmp_path / "bundle", passphrase="secret")
        whole = archive.read_bytes()
        for name, data in (
            ("changed", whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:]),
            ("cut", whole[: len(whole) // 2]),
            ("none", b"no such file"),
        ):
            archive.write_bytes(data)
            with pytest.raises(InvalidInput, match="cannot be opened"):
                open_sealed(archive, _new(tmp_path / name), passphrase="secret")

    def test_an_archive_with_links_or_names_outside_is_refused(self, tmp_path: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        secret = tmp_path / "secret"
        secret.write_text(str(identity))

        def archive_of(*members: tarfile.TarInfo) -> Path:
            stream = io.BytesIO()
            with tarfile.open(fileobj=stream, mode="w") as archive:
                for each in members:
                    archive.addfile(each, io.BytesIO(b"x" * each.size))
            path = tmp_path / "hostile.tar.age"
            path.write_bytes(pyrage.encrypt(stream.getvalue(), [identity.to_public()]))
            return path

        outside, link = tarfile.TarInfo("../outside"), tarfile.TarInfo("bundle/link")
        outside.size, link.type, link.linkname = 1, tarfile.SYMTYPE, "/etc/passwd"
        deep, long = tarfile.TarInfo("bundle/" + "d/" * 3000 + "f"), tarfile.TarInfo("bundle/" + "n" * 4000)
        for place, member in enumerate((outside, link, deep, long)):
            with pytest.raises(InvalidInput):
                open_sealed(archive_of(member), _new(tmp_path / str(place)), identity_file=secret)
        assert not (tmp_path / "outside").exists()

    def test_an_archive_that_would_be_larger_than_its_file_is_refused(self, tmp_path: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        secret = tmp_path / "secret"
        secret.write_text(str(identity))
        head = bytearray(tarfile.TarInfo("bundle/big").tobuf(tarfile.GNU_FORMAT)[:512])
        head[156:157], head[386:410] = b"S", b"00000000000\0" * 2
        head[483:495] = b"\x80" + (1 << 40).to_bytes(11, "big")
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        archive = tmp_path / "hostile.tar.age"
        archive.write_bytes(pyrage.encrypt(bytes(head) + bytes(1024), [identity.to_public()]))
        with pytest.raises(InvalidInput, match="no file of a bundle"):
            open_sealed(archive, _new(tmp_path / "opened"), identity_file=secret)
        assert not list((tmp_path / "opened").iterdir())

    @pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
    def test_what_is_no_file_is_said_at_once(self, tmp_path: Path, kind: str) -> None:
        secret = tmp_path / "secret"
        secret.write_text(str(pyrage.x25519.Identity.generate()))
        archive = tmp_path / "bundle.tar.age"
        if kind == "folder":
            archive.mkdir()
        elif kind == "pipe":
            os.mkfifo(archive)
        with pytest.raises((OSError, InvalidInput)):
            open_sealed(archive, _new(tmp_path / "opened"), identity_file=secret)


def _photograph_row(**changes: Any) -> dict[str, Any]:
    row = {
        "sha256": "ab" * 32, "source": "Mother", "received_how": "by hand", "photo_date": "2001-05", "page": None,
        "age_at_photo": "12.5", "original_name": "a.jpg", "exhibit_number": "E-1",
        "received_at": "2026-11-28T09:00:00Z",
    }  # fmt: skip
    return {name: value for name, value in {**row, **changes}.items() if value is not ...}


def _stated(**changes: Any) -> StatedPhotograph:
    records = [{"object_type": "exhibit", "object_id": "E-0001", "row": _photograph_row(**changes)}]
    files = [{"object_type": "exhibit", "object_id": "E-0001", "path": "data/photographs/E-1.jpg"}]
    (found,) = stated_photographs({"records": records, "files": files})
    return found


def test_what_a_bundle_states_is_taken_as_it_was_recorded() -> None:
    found = _stated(page=3)
    assert (found.age_at_photo, found.photo_date, found.page, found.source) == (12.5, "2001-05", 3, "Mother")
    assert found.note == "In the bundle: exhibit E-1, received there 2026-11-28T09:00:00Z by by hand."
    strange = _stated(original_name="\u202e\n" + "n" * 100_000, exhibit_number="x\n" * 10_000)
    assert len(strange.original_name) < 400
    assert len(strange.note) < 1_000
    assert (strange.original_name + strange.note).isprintable()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source", ...), ("source", {"a": 1}), ("sha256", 5), ("original_name", None), ("exhibit_number", ...),
        ("received_at", 1.5), ("photo_date", "2" * 100_000), ("age_at_photo", ...), ("age_at_photo", "{"),
        ("age_at_photo", "[1]"), ("age_at_photo", "true"), ("age_at_photo", 5), ("age_at_photo", "[" * 100_000),
        ("page", "x"), ("page", True), ("page", 1.5), ("page", 0), ("page", 10**30),
    ],
)  # fmt: skip
def test_what_a_bundle_states_otherwise_is_refused(column: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"not one of this program: {column}"):
        _stated(**{column: value})


@pytest.mark.parametrize(
    "changes", [{"age_at_photo": "NaN"}, {"source": "a\x1b[2J"}, {"photo_date": "yesterday"}]
)
def test_values_that_no_photograph_has_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        _stated(**changes)


def test_a_bundle_is_received_whole_or_not_at_all(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bundle"
    _export(store, out)

    def forged(data: bytes, **_: Any) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(data)
        rows = [each["row"] for each in value["records"] if each["object_type"] == "exhibit"]
        rows[-1]["source"] = 5
        return value

    before = store.count_events()
    monkeypatch.setattr(bundle_import, "parse_json_object", forged)
    with pytest.raises(InvalidInput, match="E-0002 is not one of this program: source"):
        import_bundle(store, out, case="2026/2")
    assert store.count_events() == before
    assert len(store.exhibits("2026/2")) == 1


def test_a_bundle_that_does_not_verify_is_not_received(store: CaseStore, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    _export(store, out)
    next((out / "data/photographs").iterdir()).write_bytes(b"another")
    before = store.count_events()
    with pytest.raises(InvalidInput, match="does not verify, and nothing was taken"):
        import_bundle(store, out, case="2026/2")
    with pytest.raises(InvalidInput, match="does not verify"):
        import_bundle(store, tmp_path, case="2026/2")
    with pytest.raises(RecordNotFound):
        import_bundle(store, out, case="none")
    assert store.count_events() == before


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("with_what", [{"recipient_key": "age1nothing"}, {"passphrase": ""}])
def test_what_cannot_be_encrypted_is_refused_before_anything_is_written(
    tmp_path: Path, with_what: dict[str, str]
) -> None:
    from forensic_app.bundles.sealing import refuse_unsealable

    with pytest.raises(InvalidInput):
        refuse_unsealable(tmp_path / "bundle", **with_what)
    refuse_unsealable(tmp_path / "bundle", passphrase="four words are enough")
    (tmp_path / "bundle.tar.age").touch()
    with pytest.raises(InvalidInput, match="exists"):
        refuse_unsealable(tmp_path / "bundle", passphrase="four words are enough")
