from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from forensic_app.digests import sha256_of_bytes
from forensic_app.engines.packs.pack import Pack, write_manifest
from forensic_app.errors import EvidenceAltered, InvalidInput, PackRefused
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import DerivedImage, Exhibit, RunSpec
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.execution import plan_run, queue_run, request_for
from forensic_app.workflows.run_input import derived_source, input_of, names_derived_image
from forensic_app.workflows.style_preview import preview_source

INPUTS = {"device": "cpu", "threads": 1, "analyser_path": "", "subject": {}}


@pytest.fixture
def sketch_pack(store: CaseStore) -> Pack:
    folder = store.packs_dir / "pencil"
    (folder / "generator").mkdir(parents=True)
    (folder / "generator" / "config.json").write_text("{}")
    (folder / "model_index.json").write_text(json.dumps({"generator": ["forensic_app", "SketchGenerator"]}))
    (folder / "LICENCE.txt").write_text("Do no harm.")
    pack = write_manifest(folder, {"name": "pencil", "kind": "sketch", "licence": "test"})
    digest = sha256_of_bytes(pack.licence_text.encode())
    store.accept_licence(pack_name=pack.name, pack_sha256=pack.sha256, licence_sha256=digest)
    return pack


@pytest.fixture
def derived(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack, tmp_path: Path
) -> tuple[DerivedImage, DerivedImage]:
    """A derived image with a band of 30 px, and the spread of its variants."""
    spec = plan_run(store, engine="aging", exhibit=exhibit.exhibit_id, parameters={}, pack=accepted_pack.name)
    run = queue_run(store, replace(spec, face_index=1))
    images = []
    for role, colour in (("derived", "grey"), ("spread", "red")):
        path = tmp_path / f"{role}.png"
        Image.new("RGB", (160, 190), colour).save(path)
        images.append(OutputImage(path, role, 62.0, 1, 160, 190, {"band_height_px": 30}))
    store.start_run(run.run_id, environment={})
    store.complete_run(
        run.run_id, result=EngineResult(images=tuple(images), control={}, face={}, environment={})
    )
    first, second = store.derived_images(run.run_id)
    return first, second


def test_a_sketch_of_a_derived_image_names_it_and_keeps_the_exhibit(
    store: CaseStore,
    exhibit: Exhibit,
    sketch_pack: Pack,
    derived: tuple[DerivedImage, DerivedImage],
    tmp_path: Path,
) -> None:
    image = derived[0]
    source = derived_source(store, "sketch", image.derived_image_id)
    assert (source.exhibit_id, source.face_index) == (exhibit.exhibit_id, 1)
    spec = plan_run(
        store,
        engine="sketch",
        exhibit=source.exhibit_id,
        parameters={"seed": 5},
        pack="pencil",
        source=source,
    )
    assert spec.exhibit_sha256 == exhibit.sha256
    assert (spec.source_derived_image_id, spec.source_sha256) == (image.derived_image_id, image.sha256)
    run = store.run(queue_run(store, spec).run_id)
    assert run.spec == spec
    request = request_for(store, run, output_dir=tmp_path, inputs=INPUTS)
    assert request.exhibit_path == store.vault.path(image.sha256)
    assert request.exhibit_sha256 == image.sha256
    assert request.picture_window == (0, 0, 160, 160)
    assert request.original_path == store.vault.path(exhibit.sha256)
    assert request.original_sha256 == exhibit.sha256


def test_a_sketch_of_an_exhibit_reads_the_exhibit(
    store: CaseStore, exhibit: Exhibit, sketch_pack: Pack
) -> None:
    spec = plan_run(store, engine="sketch", exhibit=exhibit.exhibit_id, parameters={}, pack="pencil")
    given = input_of(store, spec)
    assert (given.path, given.picture_window) == (store.vault.path(exhibit.sha256), None)
    assert given.original_path is None
    assert spec.source_derived_image_id == ""


def test_another_image_than_the_one_named_is_refused(
    store: CaseStore, exhibit: Exhibit, sketch_pack: Pack, derived: tuple[DerivedImage, DerivedImage]
) -> None:
    source = derived_source(store, "sketch", derived[0].derived_image_id)
    spec = plan_run(
        store, engine="sketch", exhibit=exhibit.exhibit_id, parameters={}, pack="pencil", source=source
    )
    with pytest.raises(EvidenceAltered, match="does not have the digest"):
        input_of(store, replace(spec, source_sha256=derived[1].sha256))
    path = store.vault.path(derived[0].sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(EvidenceAltered):
        input_of(store, spec)


def test_an_age_is_never_changed_twice_and_a_spread_is_no_face(
    store: CaseStore, derived: tuple[DerivedImage, DerivedImage]
) -> None:
    with pytest.raises(InvalidInput, match="works on photographs"):
        derived_source(store, "aging", derived[0].derived_image_id)
    with pytest.raises(InvalidInput, match="spread of several"):
        derived_source(store, "sketch", derived[1].derived_image_id)


def test_a_pack_of_another_engine_is_refused(
    store: CaseStore, exhibit: Exhibit, accepted_pack: Pack, sketch_pack: Pack
) -> None:
    for engine, pack in (("sketch", accepted_pack.name), ("aging", "pencil")):
        with pytest.raises(PackRefused, match="serves the engine"):
            plan_run(store, engine=engine, exhibit=exhibit.exhibit_id, parameters={}, pack=pack)


@pytest.mark.parametrize(
    ("identifier", "is_derived"), [("D-000001", True), ("E-0001", False), ("D-", False), ("D-7a", False)]
)
def test_derived_images_are_known_by_their_identifier(identifier: str, is_derived: bool) -> None:
    assert names_derived_image(identifier) is is_derived


def test_a_style_that_the_pack_does_not_list_is_refused_before_anything_is_recorded(
    store: CaseStore, exhibit: Exhibit, sketch_pack: Pack
) -> None:
    def plan(pack: Pack, style: str) -> RunSpec:
        return plan_run(
            store, engine="sketch", exhibit=exhibit.exhibit_id, parameters={"style": style}, pack=pack.name
        )

    assert plan(sketch_pack, "pack").parameters["style"] == "pack"
    with pytest.raises(InvalidInput, match="The pack pencil does not know the style ar") as refused:
        plan(sketch_pack, "ar")
    assert refused.value.advice == "Use one of: pack."
    styled = write_manifest(sketch_pack.path, {"name": "pencil", "kind": "sketch", "styles": ["cuhk", "ar"]})
    digest = sha256_of_bytes(styled.licence_text.encode())
    store.accept_licence(pack_name=styled.name, pack_sha256=styled.sha256, licence_sha256=digest)
    assert plan(styled, "ar").parameters["style"] == "ar"
    with pytest.raises(InvalidInput, match="fs2k-1") as refused:
        plan(styled, "fs2k-1")
    assert refused.value.advice == "Use one of: pack, cuhk, ar."


def test_a_preview_is_drawn_of_what_a_run_would_draw(
    store: CaseStore, exhibit: Exhibit, derived: tuple[DerivedImage, DerivedImage]
) -> None:
    image = derived[0]
    events = len(store.events())
    source = preview_source(store, exhibit=exhibit.exhibit_number, derived_image=image.derived_image_id)
    assert (source.sha256, source.picture_window) == (image.sha256, (0, 0, 160, 160))
    assert preview_source(store, exhibit=exhibit.exhibit_id).sha256 == exhibit.picture_sha256
    assert len(store.events()) == events
    store.remove("exhibit", exhibit.exhibit_id, "Another person")
    with pytest.raises(InvalidInput, match="was withdrawn"):
        preview_source(store, exhibit=exhibit.exhibit_id)
