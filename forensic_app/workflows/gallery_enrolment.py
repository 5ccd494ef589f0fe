"""Enrol photographs in a gallery: look, find the face, make its template, write whole batches.

Rules:
    * A photograph that cannot be enrolled is one line with its reason; the others go on.
    * A photograph with several faces says of none who it is: it is enrolled only where the largest is asked for.
    * The original is read once. The bytes that were hashed are what is looked at and what the vault keeps; a file that
      changes meanwhile is refused.
    * Whoever looks at the photographs, this process or workers, the answers are taken in the order of the list, each
      for the bytes that it is of and by the gallery's matcher alone. Only this process writes.
    * A batch is written when it is full, and at the end: whoever is killed in between finds the photographs of the
      batches before enrolled, and the next call goes on after them. Nothing is enrolled twice: the same bytes of the
      same person are known by their SHA-256.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from forensic_app.crews.alone import Alone
from forensic_app.crews.in_order import TRIES, Attempts, GivenUp, Request, in_order
from forensic_app.crews.work import Answer, Crew, Hire, Job
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import InvalidInput, WorkerDied
from forensic_app.faces.analyser import Embedding, FaceAnalyser
from forensic_app.galleries.entries import BadEntry, Entry, name_key
from forensic_app.gallery_files import MOST_FACES, GalleryFace, MadeWith, TemplateKind
from forensic_app.records import Gallery
from forensic_app.regular_files import read_regular
from forensic_app.settings import Settings, load_settings
from forensic_app.store import fields
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.gallery_answers import looked_at_face, seconds_of
from forensic_app.workflows.gallery_contents import GalleryContents
from forensic_app.workflows.gallery_lines import Line, Outcome, Refused, Stated, stated_by
from forensic_app.workflows.gallery_looking import Looker, LookRecipe
from forensic_app.workflows.gallery_matcher import made_with, matcher_recipe


@dataclass(slots=True)
class Enrolled:
    """What an enrolment came to.

    Attributes:
        counts: Lines by outcome.
        lines: Every line in order, but those that were enrolled now or before.
        batches: Batches written.
        looked_at: Photographs that were looked at.
        seconds: Processor time of looking at them, by stage, wherever it was done.
        attempts: What it cost to have them looked at.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    batches: int = 0
    looked_at: int = 0
    seconds: Counter[str] = field(default_factory=Counter)
    attempts: Attempts = field(default_factory=Attempts)


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
    hire: Hire | None = None,
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
        hire: Returns workers that look at the photographs; this process does by default.
        tell: Told each line that is more than an enrolment, now or before.
        on_batch: Told how many faces were written so far, after each batch.

    Raises:
        EvidenceAltered: A file of the gallery is missing or was altered.
        InvalidInput: A worker has another matcher, or there can be no workers.
        StoreUnavailable: The casebook cannot be written or the disk is full; whole batches stay.
        WorkerDied: Workers ended again and again; what was found until then stays.
    """
    result = Enrolled()
    limits = settings or load_settings()
    writer = BatchWriter(store, gallery, made_with(analyser), on_batch=on_batch)
    enrolment = _Enrolment(store, gallery, limits, made_with(analyser))

    def note(line: Line) -> None:
        result.counts[line.outcome] += 1
        if line.outcome not in (Outcome.ENROLLED, Outcome.ALREADY):
            result.lines.append(line)
            tell(line)

    if hire is None:
        work = Looker(analyser, largest_face=largest_face, max_pixels=limits.max_image_pixels)
        crew: Crew = Alone(work)
    else:
        crew = hire(LookRecipe(matcher_recipe(store, gallery), largest_face, limits.max_image_pixels))
    try:
        asked = enrolment.requests(entries)
        for line, answer in in_order(crew, asked, attempts=result.attempts):
            if isinstance(answer, Answer):
                result.looked_at += 1
                result.seconds.update(seconds_of(answer))
            found = enrolment.enrolled(line, answer)
            for each in found.lines:
                note(each)
            if found.face is not None and found.template is not None:
                writer.add(found.face, found.template)
    except (KeyboardInterrupt, WorkerDied):
        writer.finish()
        raise
    finally:
        crew.close()
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


@dataclass(frozen=True, slots=True)
class _Read:
    """A line whose photograph was read, or why it was not.

    Attributes:
        entry: The line.
        stated: What it states of the person.
        looked_at: Status of the file when it was read.
        data: Its bytes.
        digest: Their SHA-256.
        refusal: Why the line needs no look.
    """

    entry: Entry | BadEntry
    stated: Stated | None = None
    looked_at: os.stat_result | None = None
    data: bytes = field(default=b"", repr=False)
    digest: str = ""
    refusal: Refused | None = None


class _Enrolment:
    """Reads one photograph after the other, knows those before, and takes what was seen in them."""

    def __init__(self, store: CaseStore, gallery: Gallery, limits: Settings, made: MadeWith) -> None:
        self._store, self._limits, self._made = store, limits, made
        self._embedding_size = gallery.embedding_size
        self._photographs: dict[str, _Known] = {}
        self._subjects: dict[str, dict[str, str]] = {}
        for held in GalleryContents(store, gallery).faces():
            if held.face.kind is TemplateKind.PHOTO:
                known = _Known(held.face.subject, held.face.name, held.face_id, was_there=True)
                self._photographs[held.face.photo_sha256] = known
                self._subjects.setdefault(name_key(held.face.name), {}).setdefault(held.face.subject, "")

    def requests(self, entries: Iterable[Entry | BadEntry]) -> Iterator[Request[_Read]]:
        """Yield each line with the look that it needs."""
        for entry in entries:
            read = self._read(entry)
            job = None
            if isinstance(entry, Entry) and read.stated is not None:
                asked = {"name": entry.path.name, "wants_age": read.stated.age is None}
                job = Job(read.digest, read.data, asked)
            yield Request(read, job)

    def enrolled(self, read: _Read, answer: Answer | GivenUp | None) -> _Looked:
        """Return what becomes of a line, and keep its photograph where it is enrolled."""
        entry = read.entry
        if isinstance(entry, BadEntry):
            return _Looked((Line(entry.place, Outcome.MALFORMED, entry.reason),))
        try:
            face, template = self._face(entry, read, answer)
        except Refused as refusal:
            return _Looked((Line(entry.place, refusal.outcome, refusal.words),))
        remark = self._other_of_the_name(face, entry)
        self._photographs[face.photo_sha256] = _Known(face.subject, face.name, entry.place, was_there=False)
        self._subjects.setdefault(name_key(face.name), {}).setdefault(face.subject, entry.stated_by)
        lines = (Line(entry.place, Outcome.ENROLLED, ""),)
        return _Looked(lines + (() if remark is None else (remark,)), face, template)

    def _read(self, entry: Entry | BadEntry) -> _Read:
        if isinstance(entry, BadEntry):
            return _Read(entry)
        try:
            stated = stated_by(entry)
            looked_at, data = self._data(entry)
            digest = sha256_of_bytes(data)
            self._refuse_known(digest, stated.subject, stated.name)
        except Refused as refusal:
            return _Read(entry, refusal=refusal)
        return _Read(entry, stated, looked_at, data, digest)

    def _data(self, entry: Entry) -> tuple[os.stat_result, bytes]:
        most = self._limits.max_image_bytes
        try:
            looked_at = entry.path.stat()
            if looked_at.st_size > most:
                raise Refused(
                    Outcome.UNREADABLE, f"it has {looked_at.st_size:,} bytes, more than are allowed"
                )
            return looked_at, read_regular(entry.path, max_bytes=most)
        except OSError as error:
            raise Refused(Outcome.UNREADABLE, f"it cannot be read: {error.strerror}") from error
        except (InvalidInput, ValueError) as error:
            raise Refused(Outcome.UNREADABLE, "it is no regular file") from error

    def _face(
        self, entry: Entry, read: _Read, answer: Answer | GivenUp | None
    ) -> tuple[GalleryFace, Embedding]:
        stated, before = read.stated, read.looked_at
        if read.refusal is not None:
            raise read.refusal
        if stated is None or before is None:
            raise ValueError("a line without a refusal states who it is")
        self._refuse_known(read.digest, stated.subject, stated.name)
        if isinstance(answer, GivenUp):
            words = f"{TRIES} workers ended while they looked at it, the last because {answer.why}"
            raise Refused(Outcome.UNREADABLE, words)
        seen = looked_at_face(answer, self._made, self._embedding_size)
        if seen.refused:
            raise Refused(Outcome(seen.refused), seen.words)
        _refuse_changed(entry, before)
        stored = self._store.vault.import_bytes(read.data)
        return (
            GalleryFace(
                subject=stated.subject,
                name=stated.name,
                birth_date=stated.birth_date,
                photo_date=stated.photo_date,
                source=stated.source,
                file_name=fields.file_name(entry.path.name),
                photo_sha256=stored.sha256,
                photo_size_bytes=stored.size_bytes,
                box=seen.box,
                faces_in_photo=seen.faces,
                age=round(seen.age if stated.age is None else stated.age, 1),
                age_origin="estimated" if stated.age is None else "stated",
            ),
            seen.template,
        )

    def _refuse_known(self, digest: str, subject: str, name: str) -> None:
        known = self._photographs.get(digest)
        if known is None:
            return
        if known.subject == subject and known.was_there:
            raise Refused(Outcome.ALREADY, f"the same file is enrolled for {known.name} ({known.place})")
        raise Refused(
            Outcome.DUPLICATE,
            f"the same file is enrolled for {known.name} ({known.place}), and not again for {name}",
        )

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


def _refuse_changed(entry: Entry, before: os.stat_result) -> None:
    """Refuse a file that is another than the one that was read, or was written to since."""
    try:
        now = entry.path.stat()
    except OSError:
        now = None
    if now is None or _state(now) != _state(before):
        raise Refused(Outcome.UNREADABLE, "it changed while it was being read")


def _state(of: os.stat_result) -> tuple[int, int, int, int]:
    return of.st_dev, of.st_ino, of.st_size, of.st_mtime_ns
