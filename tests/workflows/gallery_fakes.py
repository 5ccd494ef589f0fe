"""Pictures that say in their first pixel how many faces they show and whose, and a matcher that reads that."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forensic_app.crews.pool import PoolCrew
from forensic_app.crews.work import Answer, Hire, Job, Work
from forensic_app.custody import SigningKey
from forensic_app.engines.packs.pack import read_pack
from forensic_app.faces.align import AlignedFace
from forensic_app.faces.analyser import AgeEstimate, DetectedFace, Embedding, FloatArray, RgbImage
from forensic_app.galleries.entries import read_entries
from forensic_app.images import load_working_copy_from
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows import gallery_enrolment, gallery_series
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_enrolment import Enrolled, enrol
from forensic_app.workflows.gallery_looking import Looker
from forensic_app.workflows.gallery_search import SearchResult, search_gallery

KEY = SigningKey.from_bytes(bytes(range(32)))

SIDE_PX = 64


def write_face(path: Path, person: int, *, faces: int = 1, shade: int = 0) -> Path:
    """Write a picture of somebody; another shade is another photograph of the same person."""
    pixels = np.full((SIDE_PX, SIDE_PX, 3), 128, dtype=np.uint8)
    pixels[:4, :4] = (faces, person % 256, person // 256)
    pixels[4:, :, 0] = shade
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


class FakeMatcher:
    """A :class:`~forensic_app.faces.analyser.FaceAnalyser` for such pictures."""

    name = "dlib"
    version = "fake 1"
    match_threshold = 0.4
    weights_sha256: Mapping[str, str] = {"fake": "f" * 64}

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        box = (8.0, 8.0, 40.0, 40.0)
        return [DetectedFace(box, np.zeros((5, 2)), "dlib5", 1.0)] * int(image[0, 0, 0])

    def embed(self, image: RgbImage, face: DetectedFace) -> Embedding:
        person = int(image[0, 0, 1]) + 256 * int(image[0, 0, 2])
        shade = np.random.default_rng(int(image[10, 10, 0])).normal(0, 0.004, 128)
        template: Embedding = (np.random.default_rng([1, person]).normal(0, 0.1, 128) + shade).astype(
            np.float32
        )
        return template

    def embed_many(self, images: Sequence[RgbImage], faces: Sequence[DetectedFace]) -> NDArray[np.float32]:
        return np.stack([self.embed(image, face) for image, face in zip(images, faces, strict=True)])

    def estimate_age(self, image: RgbImage, face: DetectedFace) -> AgeEstimate:
        return AgeEstimate(33.25)

    def comparison_score(self, first: Embedding, second: Embedding) -> float:
        return 1.0 - float(np.linalg.norm(first.astype(np.float64) - second))

    def comparison_scores(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> FloatArray:
        return np.array([[self.comparison_score(one, other) for other in second] for one in first])


class FakeMaker:
    """Shows every age by a shade of the same picture."""

    crop_size_px = SIDE_PX
    description: Mapping[str, Any] = {"engine": "aging", "engine_version": "9"}

    def __init__(self) -> None:
        self.asked: list[tuple[float, tuple[float, ...]]] = []

    def make_series(
        self, crop: RgbImage, *, source_age: float, target_ages: Sequence[float], **_: Any
    ) -> NDArray[np.uint8]:
        self.asked.append((source_age, tuple(target_ages)))
        series = np.repeat(crop[None], len(target_ages), axis=0)
        for picture, age in zip(series, target_ages, strict=True):
            picture[4:, :, 0] = int(age)
        return series

    def reconstruct(self, crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return crops


def enrolled(book: CaseStore, gallery: Gallery, given: Path, **options: Any) -> Enrolled:
    """Enrol a folder or list."""
    return enrol(book, gallery, read_entries(given), FakeMatcher(), **options)


def found(book: CaseStore, gallery: Gallery, probe: Path | str, **options: Any) -> SearchResult:
    """Search a probe."""
    return search_gallery(book, gallery, str(probe), FakeMatcher(), **options)


def faces_of(book: CaseStore, gallery: Gallery) -> dict[str, str]:
    """Return the name of each face."""
    return {each.face_id: each.face.name for each in GalleryContents(book, gallery).faces()}


@dataclass(frozen=True)
class FakeRecipe:
    """Has workers look as the fake matcher does, or change ages as the fake maker does.

    Attributes:
        kills: Folder that takes a file for each person at whom a worker killed itself; ``None`` for none.
        victims: People (numbers) at whom a worker kills itself, once.
        version: The matcher's version there.
        pack: The pack that changes ages.
    """

    kills: Path | None = None
    victims: tuple[int, ...] = ()
    version: str = FakeMatcher.version
    pack: Path | None = None

    def build(self) -> Work:
        matcher = FakeMatcher()
        matcher.version = self.version
        if self.pack is None:
            work: Work = Looker(matcher, largest_face=False)
        else:
            fake_ageing()
            work = gallery_series.Ageing(matcher, read_pack(self.pack), FakeMaker())

        def done(job: Job) -> Answer:
            answer = work(job)
            person = int(load_working_copy_from(job.data, "a")[0, 0, 1]) if len(answer.templates) else -1
            if self.kills is not None and person in self.victims and claimed(self.kills / f"{person}"):
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return done

    def travelling(self) -> FakeRecipe:
        return self


def fake_ageing() -> None:
    """Have ageing read the pictures as the fake matcher does, and crop nothing; in this process, for good."""

    def align(image: Any, face: Any, size_px: int) -> AlignedFace:
        return AlignedFace(crop=np.array(image), matrix=np.eye(2, 3))

    def locate(crop: Any, analyser: Any, scheme: str) -> Any:
        return analyser.detect(crop)[0], True

    for name, value in (("align", align), ("locate", locate), ("load_analyser", lambda _name: FakeMatcher())):
        setattr(gallery_series, name, value)


def pool_of(workers: int, log_dir: Path, **options: Any) -> Hire:
    """Return who hires processes for the fake matcher, whatever recipe is asked for."""
    return lambda _recipe: PoolCrew(FakeRecipe(**options), workers, log_dir=log_dir)


def claimed(path: Path) -> bool:
    """Return whether this is the first to make a file."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def main() -> None:
    """Enrol a folder in a process that kills itself at the n-th time that a file is flushed to the disk.

    A fourth argument has that many processes look at the photographs.
    """
    casebook, folder, kill_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    hire = pool_of(int(sys.argv[4]), casebook / "logs") if len(sys.argv) > 4 else None
    gallery_enrolment.MOST_FACES = 4  # type: ignore[misc]
    with CaseStore.open(casebook, examiner="Ada", key=KEY) as store:
        real, calls = os.fsync, 0

        def fsync(descriptor: int) -> None:
            nonlocal calls
            calls += 1
            if calls == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            real(descriptor)

        os.fsync = fsync
        enrol(store, store.gallery("Missing"), read_entries(folder), FakeMatcher(), hire=hire)


if __name__ == "__main__":
    main()
