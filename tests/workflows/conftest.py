from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from forensic_app.custody import SigningKey
from forensic_app.digests import sha256_of_bytes
from forensic_app.engines import registry
from forensic_app.engines.packs.pack import Pack
from forensic_app.records import CaseKind, Exhibit, Gallery, Run, Sex
from forensic_app.settings import load_settings
from forensic_app.store.case_store import CaseStore
from forensic_app.store.keys import load_or_create_key
from forensic_app.store.known_heads import KnownHeads
from forensic_app.workflows.execution import plan_run, queue_run
from forensic_app.workflows.gallery_matcher import made_with
from forensic_app.workflows.intake import receive_exhibit
from tests.fake_packs import write_pack

from . import fake_engines, gallery_fakes

QueueFake = Callable[..., Run]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FORENSIC_APP_EXAMINER", raising=False)
    monkeypatch.delenv("FORENSIC_APP_PACKS", raising=False)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """The workstation's key."""
    return load_or_create_key(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "casebook"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.fromarray(data.astronaut()[:160, 150:310]).save(path, quality=90)
    return path


@pytest.fixture
def store(folder: Path, key: SigningKey) -> Iterator[CaseStore]:
    with CaseStore.create(folder, examiner="Ada", key=key, heads=KnownHeads(load_settings().home)) as store:
        case = store.create_case(number="2026-001", title="A case", kind=CaseKind.MISSING_PERSON)
        store.add_subject(case=case.case_id, name="Somebody", sex=Sex.FEMALE)
        yield store


@pytest.fixture
def exhibit(store: CaseStore, photo: Path) -> Exhibit:
    return receive_exhibit(store, photo, case="2026-001", subject_id="S-0001", age_at_photo=30)


@pytest.fixture
def pack(store: CaseStore) -> Pack:
    return write_pack(store.packs_dir / "fake-pack")


@pytest.fixture
def accepted_pack(store: CaseStore, pack: Pack) -> Pack:
    store.accept_licence(
        pack_name=pack.name,
        pack_sha256=pack.sha256,
        licence_sha256=sha256_of_bytes(pack.licence_text.encode()),
    )
    return pack


@pytest.fixture
def fake_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers that are spawned from now on load the fake engines."""
    monkeypatch.setattr(registry, "load_engine", fake_engines.load_engine)


@pytest.fixture
def queue_fake(
    store: CaseStore,
    exhibit: Exhibit,
    accepted_pack: Pack,
    fake_loader: None,
    monkeypatch: pytest.MonkeyPatch,
) -> QueueFake:
    """Queue a run of a fake engine by its class name."""

    def queue(engine: str = "Completing", **parameters: int) -> Run:
        described = fake_engines.descriptor(engine)
        monkeypatch.setitem(registry._DESCRIPTORS, described.name, described)
        spec = plan_run(
            store,
            engine=described.name,
            exhibit=exhibit.exhibit_id,
            parameters=parameters,
            pack=accepted_pack.name,
        )
        return queue_run(store, spec)

    return queue


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CaseStore]:
    """An empty casebook for galleries."""
    with CaseStore.create(tmp_path / "book", examiner="Ada", key=gallery_fakes.KEY) as store:
        yield store


@pytest.fixture
def gallery(book: CaseStore) -> Gallery:
    """An empty gallery of the fake matcher."""
    made = made_with(gallery_fakes.FakeMatcher())
    return book.create_gallery("Missing", made_with=made, pack_name="", embedding_size=128)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A folder of sixty people with one photograph each."""
    for number in range(60):
        gallery_fakes.write_face(tmp_path / "people" / f"person {number:02d}" / "a.png", number)
    return tmp_path / "people"
