"""Sketches stand under the pictures that they were drawn from, and their runs are then printed short."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from skimage import data

from forensic_app.custody import SigningKey
from forensic_app.engines.pictures.marking import write_png
from forensic_app.messages import EngineResult, OutputImage
from forensic_app.records import CaseKind, RunSpec
from forensic_app.reports.content import LaboratoryDetails, ReportContent
from forensic_app.reports.key_results import key_run
from forensic_app.reports.pdf import render_pdf
from forensic_app.reports.run_content import LinkedImage, Picture, RunSection
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook
from forensic_app.workflows.intake import receive_exhibit
from forensic_app.workflows.reporting import gather_content, issue_report

WIDTH, HEIGHT = 320, 300
FACE = {"box": [110.0, 60.0, 210.0, 160.0], "crop_size_px": 128, "face_index": 0}
ENVIRONMENT = {"device": "cpu", "torch": "2.9.1", "analyser": {"match_threshold": 0.4}, "seconds": 7.25}


class Case:
    """A case with one photograph, whose runs are completed by hand."""

    def __init__(self, store: CaseStore, folder: Path) -> None:
        self.store = store
        self.folder = folder
        photo = folder / "photo.png"
        Image.fromarray(data.astronaut()[:HEIGHT, 80 : 80 + WIDTH]).save(photo)
        self.exhibit = receive_exhibit(store, photo, case="1")
        self.runs = 0

    def run(
        self,
        images: Sequence[tuple[float | None, int, int]],
        *,
        engine: str = "aging",
        source: str = "",
        size: tuple[int, int] = (WIDTH, HEIGHT),
        face_index: int = 0,
        face: dict[str, object] | None = None,
        environment: dict[str, object] | None = None,
        metrics: dict[str, object] | None = None,
        pixels: np.ndarray | None = None,
    ) -> str:
        """Complete a run and return its identifier.

        Args:
            images: Target age, variant and grey level of each image.
            engine: Registry name.
            source: The derived image that it works on, empty for the exhibit.
            size: Width and height of its images.
            face_index: Which face.
            face: Its record of the face.
            environment: Its record of the environment.
            metrics: What its images' metrics hold besides.
            pixels: Its images, where they are not grey.
        """
        spec = RunSpec(
            engine, "1", self.exhibit.exhibit_id, self.exhibit.sha256, {"seed": 7, "layout": "photograph"},
            engine, "0" * 64, "dlib", face_index=face_index, source_derived_image_id=source,
            source_sha256=self.store.derived_image(source).sha256 if source else "",
        )  # fmt: skip
        self.store.queue_run(case_id="1", spec=spec)
        self.runs += 1
        run_id = f"R-{self.runs:04d}"
        self.store.start_run(run_id, environment={})
        outputs = []
        for age, variant, grey in images:
            path = self.folder / f"{run_id}-{age}-{variant}.png"
            drawn = np.full((size[1], size[0], 3), grey, dtype=np.uint8) if pixels is None else pixels
            width, height = write_png(drawn, path, caption="x", system="Forensic App", version="1")
            facts = {"band_height_px": height - size[1], "comparison_score": 0.5, "quality": {"yaw": 91}}
            facts |= metrics or {}
            outputs.append(OutputImage(path, "derived", age, variant, width, height, facts))
        result = EngineResult(
            tuple(outputs),
            {"estimated_age": 33.5},
            {**FACE, **(face or {})},
            {**ENVIRONMENT, **(environment or {})},
            (f"Warned in {run_id}.",),
        )
        self.store.complete_run(run_id, result=result)
        return run_id

    def sketch(self, source: str, grey: int, **options: object) -> str:
        """Draw a derived image (empty: the exhibit) and return the sketch's identifier."""
        run_id = self.run([(None, 1, grey)], engine="sketch", source=source, **options)  # type: ignore[arg-type]
        return self.image(run_id)

    def image(self, run_id: str, place: int = 0) -> str:
        return self.store.derived_images(run_id)[place].derived_image_id

    def content(self, *, only_accepted: bool = False) -> ReportContent:
        return gather_content(
            self.store,
            self.store.case("1"),
            report_number="1-REP-01",
            issued_at=datetime(2026, 1, 1, tzinfo=UTC),
            laboratory=LaboratoryDetails(),
            only_accepted=only_accepted,
        )

    def section(self, run_id: str, *, only_accepted: bool = False) -> RunSection:
        runs = self.content(only_accepted=only_accepted).runs
        return next(run for run in runs if run.run_id == run_id)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path / "home"))
    with CaseStore.create(tmp_path / "casebook", examiner="Ada", key=SigningKey.generate()) as store:
        store.create_case(number="1", title="", kind=CaseKind.COLD_CASE)
        yield Case(store, tmp_path)


def grey_of(picture: Picture) -> int:
    """Return the mean grey level of the upper half, which the band does not reach; the invisible mark has no mean."""
    image = Image.open(io.BytesIO(picture.data)).convert("L")
    return round(float(np.asarray(image)[: image.height // 2].mean()))


def below(section: RunSection) -> dict[str, LinkedImage]:
    return {sketch.source_derived_image_id: sketch for sketch in section.sketches}


def pages_of(content: ReportContent) -> list[str]:
    reader = PdfReader(io.BytesIO(render_pdf(content)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def lines_of(content: ReportContent) -> list[tuple[str, int, int, int]]:
    """Return each line of the pages after the key results: its words, page, left edge and baseline in points."""
    found: list[tuple[str, int, int, int]] = []
    for number, page in enumerate(PdfReader(io.BytesIO(render_pdf(content))).pages):

        def note(
            text: str, cm: list[float], tm: list[float], _font: object, _size: object, number: int = number
        ) -> None:
            if number > 1 and text.strip():
                found.append((text.strip(), number, round(tm[4] + cm[4]), round(tm[5] + cm[5])))

        page.extract_text(visitor_text=note)
    return found


def places_of(words: str, lines: Sequence[tuple[str, int, int, int]]) -> list[tuple[int, int, int]]:
    """Return page, left edge and baseline of the lines that begin with ``words``, from the top on."""
    found = [each[1:] for each in lines if each[0].startswith(words)]
    return sorted(found, key=lambda each: (each[0], -each[2], each[1]))


@pytest.mark.parametrize("engine", ["aging", "autoencoder"])
def test_each_sketch_stands_under_the_age_that_it_was_drawn_from(case: Case, engine: str) -> None:
    ages = (8.0, 12.0, 16.0, 27.0, 45.0, 62.0, 70.0, 75.0)
    run_id = case.run([(age, 1, 20 + place) for place, age in enumerate(ages)], engine=engine)
    sources = [image.derived_image_id for image in case.store.derived_images(run_id)]
    drawn = {"": case.sketch("", 90)}
    for place in (7, 0, 3):
        drawn[sources[place]] = case.sketch(sources[place], 100 + 10 * place)

    section = case.section(run_id)
    assert {name: each.record.derived_image_id for name, each in below(section).items()} == drawn
    greys = {name: grey_of(each.picture) for name, each in below(section).items()}
    assert greys == {"": 90, sources[0]: 100, sources[3]: 130, sources[7]: 170}
    size = (section.images[0].picture.width_px, section.images[0].picture.height_px)
    for sketch in section.sketches:
        assert (sketch.picture.width_px, sketch.picture.height_px) == size
        assert sketch.is_to_scale

    lines = lines_of(case.content())
    assert len(places_of("Sketches of these images", lines)) == 2  # six ages in a row
    assert len(places_of("Sketch, run R-0002", lines)) == 2  # as the photograph itself
    assert len(places_of("Sketch, run", lines)) == 2 + 3
    pairs = [("Untouched photograph", "R-0002"), ("Target 75 years", "R-0003")]
    pairs += [("Target 8 years", "R-0004"), ("Target 27 years", "R-0005")]
    for title, sketch_run in pairs:
        above = places_of(title, lines)[0]
        under = places_of(f"Sketch, run {sketch_run}", lines)[0]
        assert above[:2] == under[:2], title
        assert above[2] > under[2]
        identifier = case.image(sketch_run)
        assert places_of(identifier, lines)[0][:2] == under[:2]


def test_the_first_sketch_that_is_shown_has_the_place_and_an_accepted_one_before_it(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    face = case.image(run_id)
    first, second, third = (case.sketch(face, grey) for grey in (100, 120, 140))
    assert below(case.section(run_id))[face].record.derived_image_id == first
    case.store.decide(first, is_accepted=False, reason="The ears are gone")
    assert below(case.section(run_id))[face].record.derived_image_id == second
    assert first not in {each.record.derived_image_id for each in case.section("R-0002").images}
    case.store.decide(third, is_accepted=True, reason="Good")
    assert below(case.section(run_id))[face].record.derived_image_id == third


def test_a_sketch_of_its_own_size_is_not_cut_to_the_crops_width(case: Case) -> None:
    run_id = case.run([(None, 1, 100)], engine="sketch", size=(260, 350))
    (image,) = case.section(run_id).images
    assert image.picture is not None
    assert image.picture.width_px == 260


def test_rejected_and_undecided_sketches_have_no_place(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20), (45.0, 1, 30)])
    young, old = (case.image(run_id, place) for place in (0, 1))
    rejected, undecided = case.sketch(young, 100), case.sketch(old, 110)
    case.store.decide(rejected, is_accepted=False, reason="No face")
    case.store.decide(young, is_accepted=True, reason="Plausible")
    case.store.decide(old, is_accepted=True, reason="Plausible")
    assert set(below(case.section(run_id))) == {old}
    content = case.content(only_accepted=True)
    assert not content.runs[0].sketches
    pages = pages_of(content)
    assert not any("Sketches of these images" in page for page in pages)
    assert any(f"{undecided}, variant 1 – Not decided" in page for page in pages)
    assert "Recorded: each decision is listed with its run in section 3" in " ".join(pages)


def test_a_sketch_of_a_rejected_face_stands_alone_and_says_so(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20), (45.0, 1, 30)])
    face = case.image(run_id)
    case.sketch(face, 100)
    case.store.decide(face, is_accepted=False, reason="The eyes differ")
    section = case.section("R-0002")
    assert section.shown_in == ""
    assert section.source_picture is None
    words = " ".join(pages_of(case.content()))
    assert f"The derived image {face} that it was drawn from was not accepted as a result" in words
    assert "Derived image drawn from" not in words


def test_another_sketch_of_the_same_face_stands_beside_it(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    face = case.image(run_id)
    case.sketch(face, 100)
    case.sketch(face, 120)
    section = case.section("R-0003")
    assert section.shown_in == ""
    assert section.source_picture is not None
    assert section.source_picture.record.derived_image_id == face
    assert grey_of(section.source_picture.picture) == 20
    lines = lines_of(case.content())
    ((page, left, baseline),) = places_of("Derived image drawn from", lines)
    assert (page, baseline) in {(each[0], each[2]) for each in places_of("Untouched photograph", lines)}
    (sketch,) = [each for each in places_of("Sketch", lines) if (each[0], each[2]) == (page, baseline)]
    assert left < sketch[1]


def test_sketches_of_every_variant_stand_under_their_own(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20), (45.0, 1, 30), (8.0, 2, 40), (45.0, 2, 50)])
    images = [each.derived_image_id for each in case.store.derived_images(run_id)]
    case.sketch(images[1], 100)
    case.sketch(images[2], 110)
    lines = lines_of(case.content())
    old, young = (places_of(f"Sketch, run {run}", lines)[0] for run in ("R-0002", "R-0003"))
    first, second = (
        [place for place in places_of(title, lines) if place[1] == under[1]]
        for title, under in (("Target 45 years", old), ("Target 8 years", young))
    )
    order = [(page, -baseline) for page, _, baseline in (first[0], old, second[1], young)]
    assert order == sorted(order)
    assert [each[0] for each in (first[0], old, second[1], young)] == [old[0]] * 2 + [young[0]] * 2


def test_without_a_sketch_of_a_derived_image_there_is_no_row(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    assert not case.section(run_id).sketches
    case.sketch("", 90)
    assert not case.section(run_id).sketches
    assert case.section("R-0002").shown_in == ""
    pages = pages_of(case.content())
    assert not any("Sketches of these images" in page for page in pages)
    (page,) = [page for page in pages if "Run R-0002: sketch of exhibit" in page]
    assert "Untouched photograph" in page
    assert "How to read these numbers" in page


def test_a_sketch_of_another_face_of_the_photograph_is_not_under_it(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    case.sketch("", 90, face_index=1)
    case.sketch(case.image(run_id), 100)
    assert set(below(case.section(run_id))) == {case.image(run_id)}


def test_a_portrait_says_its_own_scale(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    face = case.image(run_id)
    case.sketch(face, 100, size=(240, HEIGHT))
    sketch = below(case.section(run_id))[face]
    assert not sketch.is_to_scale
    assert sketch.picture.width_px == 240
    pages = pages_of(case.content())
    (page,) = [page for page in pages if "Sketches of these images" in page]
    assert "1 pixel is 0." in page


PLACED = {"placed": {"matrix": [[2.0, 0.0, -199.5], [0.0, 2.0, -99.5]], "of_px": [WIDTH, HEIGHT]}}
"""A sheet that shows the photograph twice as large, from 100, 50 on."""


def sheet_of(size: tuple[int, int], *, square: tuple[int, int, int, int]) -> np.ndarray:
    """Return white paper with a black square, ``(left, top, right, bottom)``."""
    pixels = np.full((size[1], size[0], 3), 240, dtype=np.uint8)
    left, top, right, bottom = square
    pixels[top:bottom, left:right] = 0
    return pixels


def dark_box(picture: Picture) -> list[float]:
    """Return left, top, right, bottom of what is black in the upper three quarters, as shares of the width."""
    grey = np.asarray(Image.open(io.BytesIO(picture.data)).convert("L"))[: picture.height_px * 3 // 4]
    rows, columns = np.nonzero(grey < 10)
    ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    return [float(each) / picture.width_px for each in ends]


def test_a_sheet_of_its_own_stands_below_at_the_scale_of_its_image_and_twice_as_fine(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20)])
    face = case.image(run_id)
    drawn = sheet_of((240, 320), square=(20, 20, 220, 180))
    case.sketch(face, 0, size=(240, 320), metrics=PLACED, pixels=drawn)
    section = case.section(run_id)
    sketch = below(section)[face]
    above = section.images[0].picture
    assert (sketch.is_to_scale, sketch.finer) == (True, 2)
    assert sketch.picture.width_px == 2 * above.width_px
    left, wide = 110 - 70, above.width_px
    assert wide == 210 + 70 + 1 - left
    expected = [(110 - left) / wide, 60 / wide, (210 - left) / wide, 140 / wide]
    assert dark_box(sketch.picture) == pytest.approx(expected, abs=0.01)
    lines = lines_of(case.content())
    assert not places_of("1 pixel is", lines)


def test_a_sheet_of_its_own_has_the_photograph_beside_it_as_the_sheet_lies(case: Case) -> None:
    run_id = case.run([(None, 1, 200)], engine="sketch", size=(240, 320), metrics=PLACED)
    control = case.section(run_id).control_picture
    assert control is not None
    assert (control.width_px, control.height_px) == (240, 320)
    photo = Image.fromarray(data.astronaut()[:HEIGHT, 80 : 80 + WIDTH]).crop((100, 50, 220, 210))
    wanted = np.asarray(photo.resize((240, 320), Image.Resampling.BICUBIC), dtype=float)
    seen = np.asarray(Image.open(io.BytesIO(control.data)), dtype=float)
    assert np.abs(wanted - seen).mean() < 4.0
    assert any("turned and scaled as it lies on the sheet" in page for page in pages_of(case.content()))


def test_a_sheet_is_brought_to_a_run_that_makes_aligned_crops(case: Case) -> None:
    matrix = [[1.0, 0.0, -100.0], [0.0, 1.0, -50.0]]
    run_id = case.run([(8.0, 1, 20)], size=(128, 128), face={"matrix": matrix})
    case.sketch(case.image(run_id), 100, size=(128, 128))
    drawn = sheet_of((256, 320), square=(20, 20, 100, 100))
    case.sketch("", 90, size=(256, 320), metrics=PLACED, pixels=drawn)
    sketch = below(case.section(run_id))[""]
    assert sketch.is_to_scale
    assert sketch.picture.width_px == 256
    assert dark_box(sketch.picture) == pytest.approx([each / 256 for each in (20, 20, 100, 100)], abs=0.02)


def test_the_photographs_sketch_is_cut_like_a_run_that_makes_aligned_crops(case: Case) -> None:
    matrix = [[1.0, 0.0, -100.0], [0.0, 1.0, -50.0]]
    run_id = case.run([(8.0, 1, 20)], size=(128, 128), face={"matrix": matrix})
    case.sketch(case.image(run_id), 100, size=(128, 128))
    case.sketch("", 90)
    sketches = below(case.section(run_id))
    assert all(each.is_to_scale and each.picture.width_px == 128 for each in sketches.values())
    assert grey_of(sketches[""].picture) == 90


def test_a_run_whose_picture_stands_in_a_row_is_printed_short(case: Case) -> None:
    run_id = case.run([(8.0, 1, 20), (45.0, 1, 30), (60.0, 1, 40), (75.0, 1, 50)])
    for place in range(4):
        case.sketch(case.image(run_id, place), 100 + place, environment={"seconds": 1.5 + place})
    content = case.content()
    assert [run.shown_in for run in content.runs] == ["", *[run_id] * 4]
    assert key_run(content) is content.runs[0]
    pages = pages_of(content)
    (page,) = [page for page in pages if "Run R-0003: sketch of derived image" in page]
    section = page[page.index("Run R-0003") :].split("Run R-0004: sketch")[0]
    digest = content.runs[2].images[0].record.sha256
    for words in (
        f"Its picture stands below {case.image(run_id, 1)} among the pictures of run {run_id}",
        "Untouched photograph (control) and error of the age estimator: as in run R-0001.",
        f"{case.image('R-0003')}, variant 1",
        digest,
        "yaw 91",
        "Warned in R-0003.",
        "seconds: 2.5",
    ):
        assert words in section, words
    assert "How to read these numbers" not in section
    assert "Target age" not in section
    assert max(len(re.findall(r"Run R-000\d: sketch of", each)) for each in pages) == 2


def test_sketches_change_nothing_of_how_a_report_is_issued_again(case: Case, tmp_path: Path) -> None:
    run_id = case.run([(8.0, 1, 20)])
    case.sketch("", 90)
    case.sketch(case.image(run_id), 100)
    assert render_pdf(case.content()) == render_pdf(case.content())
    first = issue_report(case.store, case="1", out=tmp_path / "first.pdf")
    case.store.decide(case.image("R-0003"), is_accepted=False, reason="Wrong")
    second = issue_report(
        case.store,
        case="1",
        out=tmp_path / "second.pdf",
        supersedes=first.report_number,
        reason="A sketch was rejected",
    )
    assert second.supersedes == first.report_id
    words = [
        " ".join(page.extract_text() for page in PdfReader(tmp_path / name).pages)
        for name in ("first.pdf", "second.pdf")
    ]
    assert ["Sketches of these images" in each for each in words] == [True, False]
    assert f"This report replaces {first.report_number}" in words[1]
    assert verify_casebook(case.store.folder).is_intact
