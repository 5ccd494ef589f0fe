"""Enrol photographs in a gallery: look, find the face, make its template, write whole batches.

Rules:
    * A photograph that cannot be enrolled is one line with its reason; the others go on.
    * A photograph with several faces says of none who it is: it is enrolled only where the largest is asked for.
    * The original is only read. What was looked at is what the vault keeps: a file that changes meanwhile is refused.
    * A batch is written when it is full, and at the end: whoever is killed in between finds the photographs of the
      batches before enrolled, and the next call goes on after them. Nothing is enrolled twice: the same bytes of the
      same person are known by their SHA-256.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from forensic_app.digests import sha256_of_file
from forensic_app.errors import EvidenceAltered, InvalidInput, UnreadableImage
from forensic_app.faces.analyser import DetectedFace, Embedding, FaceAnalyser, RgbImage
from forensic_app.galleries.entries import BadEntry, Entry, age_between, name_key, subject_id
from forensic_app.gallery_files import MOST_FACES, GalleryFace, MadeWith, TemplateKind
from forensic_app.images import load_working_copy_from
from forensic_app.records import Gallery
from forensic_app.regular_files import read_verified
from forensic_app.settings import Settings, load_settings
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_matcher import made_with


class Outcome(StrEnum):
    """What became of a line."""

    ENROLLED = "enrolled"
    ALREADY = "already"
    DUPLICATE = "duplicate"
    SAME_NAME = "same_name"
    SEVERAL_FACES = "several_faces"
    NO_FACE = "no_face"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Line:
    """What there is to say of one photograph.

    Attributes:
        place: Where it stands in the list or folder.
        outcome: What became of it; ``same_name`` is a remark beside an enrolment.
        words: The reason, one sentence without an end.
    """

    place: str
    outcome: Outcome
    words: str


@dataclass(slots=True)
class Enrolled:
    """What an enrolment came to.

    Attributes:
        counts: Lines by outcome.
        lines: Every line in order, but those that were enrolled now or before.
        batches: Batches written.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    batches: int = 0


class BatchWriter:
    """Gathers faces and writes a batch whenever one is full."""

    def __init__(
        self, store: CaseStore, gallery: Gallery, made: MadeWith, *, on_batch: Callable[[int], None]
    ) -> None:
        """Take the gallery; ``on_batch`` is told how many faces were written so far."""
        self._store, self._gallery, self._made, self._on_batch = store, gallery, made, on_batch
        self._faces: list[GalleryFace] = []
        self._templates: list[Embedding] = []
        self.batches = self.written = 0

    def add(self, face: GalleryFace, template: Embedding) -> None:
        """Take a face, and write what was gathered when a batch is full."""
        self._faces.append(face)
        self._templates.append(template)
        if len(self._faces) == MOST_FACES:
            self.finish()

    def finish(self) -> None:
        """Write what was gathered."""
        if not self._faces:
            return
        self._store.add_gallery_batch(
            self._gallery.gallery_id, self._made, self._faces, np.stack(self._templates).astype(np.float32)
        )
        self.batches += 1
        self.written += len(self._faces)
        self._faces, self._templates = [], []
        self._on_batch(self.written)


def enrol(
    store: CaseStore,
    gallery: Gallery,
    entries: Iterable[Entry | BadEntry],
    analyser: FaceAnalyser,
    *,
    largest_face: bool = False,
    settings: Settings | None = None,
    tell: Callable[[Line], None] = lambda _line: None,
    on_batch: Callable[[int], None] = lambda _written: None,
) -> Enrolled:
    """Enrol photographs; one event ``gallery_batch_added`` for each batch of up to 256 faces.

    Args:
        store: The casebook, open for writing.
        gallery: The gallery.
        entries: Whom each photograph shows; see :func:`~forensic_app.galleries.entries.read_entries`.
        analyser: The gallery's matcher.
        largest_face: Whether the largest face of a photograph with several is taken; else none is.
        settings: Limits; the workstation's by default.
        tell: Told each line that is more than an enrolment, now or before.
        on_batch: Told how many faces were written so far, after each batch.

    Raises:
        EvidenceAltered: A file of the gallery is missing or was altered.
        StoreUnavailable: The casebook cannot be written or the disk is full; whole batches stay.
    """
    result = Enrolled()
    writer = BatchWriter(store, gallery, made_with(analyser), on_batch=on_batch)
    enrolment = _Enrolment(store, gallery, analyser, largest_face, settings or load_settings())

    def note(line: Line) -> None:
        result.counts[line.outcome] += 1
        if line.outcome not in (Outcome.ENROLLED, Outcome.ALREADY):
            result.lines.append(line)
            tell(line)

    try:
        for entry in entries:
            if isinstance(entry, BadEntry):
                note(Line(entry.place, Outcome.MALFORMED, entry.reason))
                continue
            found = enrolment.look(entry)
            for line in found.lines:
                note(line)
            if found.face is not None and found.template is not None:
                writer.add(found.face, found.template)
    except KeyboardInterrupt:
        writer.finish()
        raise
    writer.finish()
    result.batches = writer.batches
    return result


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was found in one photograph."""

    lines: tuple[Line, ...]
    face: GalleryFace | None = None
    template: Embedding | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """An enrolled photograph: whose it is, where, and whether it was there before this enrolment."""

    subject: str
    name: str
    place: str
    was_there: bool


class _Refused(Exception):
    """A photograph is not enrolled."""

    def __init__(self, outcome: Outcome, words: str) -> None:
        super().__init__(words)
        self.outcome, self.words = outcome, words


class _Enrolment:
    """Looks at one photograph after the other and knows those before."""

    def __init__(
        self, store: CaseStore, gallery: Gallery, analyser: FaceAnalyser, largest_face: bool, limits: Settings
    ) -> None:
        self._store, self._analyser = store, analyser
        self._largest_face, self._limits = largest_face, limits
        self._photographs: dict[str, _Known] = {}
        self._subjects: dict[str, dict[str, str]] = {}
        for held in GalleryContents(store, gallery).faces():
            if held.face.kind is TemplateKind.PHOTO:
                known = _Known(held.face.subject, held.face.name, held.face_id, was_there=True)
                self._photographs[held.face.photo_sha256] = known
                self._subjects.setdefault(name_key(held.face.name), {}).setdefault(held.face.subject, "")

    def look(self, entry: Entry) -> _Looked:
        try:
            face, template = self._enrolled(entry)
        except _Refused as refusal:
            return _Looked((Line(entry.place, refusal.outcome, refusal.words),))
        remark = self._other_of_the_name(face, entry)
        self._photographs[face.photo_sha256] = _Known(face.subject, face.name, entry.place, was_there=False)
        self._subjects.setdefault(name_key(face.name), {}).setdefault(face.subject, entry.stated_by)
        lines = (Line(entry.place, Outcome.ENROLLED, ""),)
        return _Looked(lines + (() if remark is None else (remark,)), face, template)

    def _enrolled(self, entry: Entry) -> tuple[GalleryFace, Embedding]:
        name, birth_date, photo_date, source, age = _stated(entry)
        subject = subject_id(name, birth_date)
        looked_at, digest = self._digest(entry)
        self._refuse_known(digest, subject, name)
        pixels, face, count = self._face(entry, digest)
        origin = "stated" if age is not None else "estimated"
        years = self._analyser.estimate_age(pixels, face).years if age is None else age
        template = self._analyser.embed(pixels, face)
        try:
            stored = self._store.vault.import_file(entry.path, looked_at=looked_at)
        except InvalidInput as error:
            raise _Refused(Outcome.UNREADABLE, error.message.rstrip(".")) from error
        if stored.sha256 != digest:
            raise _Refused(Outcome.UNREADABLE, "it changed while it was being read")
        left, top, right, bottom = (round(float(each), 1) for each in face.box)
        return (
            GalleryFace(
                subject=subject,
                name=name,
                birth_date=birth_date,
                photo_date=photo_date,
                source=source,
                file_name=fields.file_name(entry.path.name),
                photo_sha256=digest,
                photo_size_bytes=stored.size_bytes,
                box=(left, top, right, bottom),
                faces_in_photo=count,
                age=round(years, 1),
                age_origin=origin,
            ),
            template,
        )

    def _digest(self, entry: Entry) -> tuple[os.stat_result, str]:
        try:
            looked_at = entry.path.stat()
            if looked_at.st_size > self._limits.max_image_bytes:
                raise _Refused(
                    Outcome.UNREADABLE, f"it has {looked_at.st_size:,} bytes, more than are allowed"
                )
            return looked_at, sha256_of_file(entry.path)
        except OSError as error:
            raise _Refused(Outcome.UNREADABLE, f"it cannot be read: {error.strerror}") from error
        except (InvalidInput, ValueError) as error:
            raise _Refused(Outcome.UNREADABLE, "it is no regular file") from error

    def _refuse_known(self, digest: str, subject: str, name: str) -> None:
        known = self._photographs.get(digest)
        if known is None:
            return
        if known.subject == subject and known.was_there:
            raise _Refused(Outcome.ALREADY, f"the same file is enrolled for {known.name} ({known.place})")
        raise _Refused(
            Outcome.DUPLICATE,
            f"the same file is enrolled for {known.name} ({known.place}), and not again for {name}",
        )

    def _face(self, entry: Entry, digest: str) -> tuple[RgbImage, DetectedFace, int]:
        try:
            pixels = load_working_copy_from(read_verified(entry.path, digest), entry.path.name)
        except EvidenceAltered as error:
            raise _Refused(Outcome.UNREADABLE, "it changed while it was being read") from error
        except UnreadableImage as error:
            raise _Refused(Outcome.UNREADABLE, error.message.rstrip(".")) from error
        found = self._analyser.detect(pixels)
        if not found:
            raise _Refused(Outcome.NO_FACE, "no face was found")
        if len(found) > 1 and not self._largest_face:
            raise _Refused(
                Outcome.SEVERAL_FACES, f"it shows {len(found)} faces, and does not say which is meant"
            )
        return pixels, found[0], len(found)

    def _other_of_the_name(self, face: GalleryFace, entry: Entry) -> Line | None:
        known = self._subjects.get(name_key(face.name), {})
        if face.subject in known:
            before = known[face.subject]
            if not before or not entry.stated_by or before == entry.stated_by:
                return None
            known[face.subject] = entry.stated_by
            return Line(
                entry.place,
                Outcome.SAME_NAME,
                f"{before} has the same name: both were taken for one person",
            )
        if not known:
            return None
        return Line(
            entry.place,
            Outcome.SAME_NAME,
            f"the gallery has another {face.name}, with another birth date: they are kept apart",
        )


def _stated(entry: Entry) -> tuple[str, str, str, str, float | None]:
    """Return name, birth date, date of the photograph, source and age as they are stored."""
    try:
        name = fields.line("name", entry.name, is_required=True)
        birth_date = fields.partial_date("birth date", entry.birth_date)
        photo_date = fields.partial_date("date of the photograph", entry.photo_date)
        source = fields.line("source", entry.source)
    except InvalidInput as error:
        raise _Refused(Outcome.MALFORMED, error.message.rstrip(".")) from error
    age = age_between(birth_date, photo_date)
    if age is not None and not -0.5 <= age <= fields.MAX_AGE_YEARS:
        raise _Refused(Outcome.MALFORMED, f"the person would be {age:.0f} years old in the photograph")
    return name, birth_date, photo_date, source, None if age is None else max(0.0, age)
