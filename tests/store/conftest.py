"""A casebook to work on, with a clock that can be stepped."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from kept_files import keep

from forensic_app.custody import SigningKey
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.store.case_store import CaseStore

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

KEY = SigningKey.from_bytes(bytes(range(32)))


class SteppingClock:
    """Tells a time one second later at each call."""

    def __init__(self):
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def clock():
    return SteppingClock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "casebook"


@pytest.fixture(scope="session")
def new_casebook(tmp_path_factory):
    """Return the folder of a casebook as it is after creation."""
    made = tmp_path_factory.mktemp("template") / "casebook"
    CaseStore.create(made, examiner="A. Doe", key=KEY, clock=SteppingClock()).close()
    return made


@pytest.fixture
def store(folder, clock, new_casebook):
    shutil.copytree(new_casebook, folder)
    with CaseStore.open(folder, examiner="A. Doe", key=KEY, clock=clock) as opened:
        yield opened


@pytest.fixture
def case(store):
    return store.create_case(number="MP-2026-001", title="Missing since 1998", kind=CaseKind.MISSING_PERSON)


@pytest.fixture
def receive(store, clock):
    """Return a function that receives bytes as an exhibit."""

    def receive_bytes(case_id, data=b"photograph", **changes):
        stored = keep(store.vault, data)
        facts = {
            "case": case_id, "subject_id": None, "sha256": stored.sha256, "size_bytes": stored.size_bytes,
            "media_type": "image/jpeg", "width_px": 640, "height_px": 480, "original_name": "photo.jpg",
            "source": "Family", "received_how": "e-mail", "received_at": clock(), "photo_date": "1998-07",
            "age_at_photo": 8.5, "exif": {"Make": "Acme"}, "notes": ("Scanned print",),
        }  # fmt: skip
        return store.add_exhibit(**{**facts, **changes})

    return receive_bytes


@pytest.fixture
def spec():
    """Return a function that makes the specification of a run on an exhibit."""

    def spec_for(exhibit, **changes):
        facts = {
            "engine": "aging", "engine_version": "1", "exhibit_id": exhibit.exhibit_id,
            "exhibit_sha256": exhibit.sha256, "parameters": {"ages": [30.0], "seed": 7}, "pack_name": "demo",
            "pack_sha256": "a" * 64, "analyser": "dlib", "reference_sha256": ("b" * 64,),
        }  # fmt: skip
        return RunSpec(**{**facts, **changes})

    return spec_for


@pytest.fixture
def result_in(tmp_path):
    """Return a function that writes output files and returns an engine's result naming them."""

    def make(*contents, **changes):
        output = tmp_path / "output"
        output.mkdir(exist_ok=True)
        images = []
        for number, data in enumerate(contents):
            path = output / f"{number}.png"
            path.write_bytes(data)
            images.append(
                OutputImage(path, "derived", 30.0 + number, number, 512, 512, {"estimated_age": 31.5})
            )
        facts = {
            "images": tuple(images), "control": {"estimated_age": 9.1}, "face": {"face_count": 1},
            "environment": {"device": "cpu"}, "warnings": ("One face only.",),
        }  # fmt: skip
        return EngineResult(**{**facts, **changes})

    return make
