"""The photographs received, one block for each."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from forensic_app.measured import Rows
from forensic_app.records import Exhibit
from forensic_app.reports import wording
from forensic_app.reports.content import ExhibitSection, ReportContent
from forensic_app.reports.image_notes import image_notes
from forensic_app.reports.layout import (
    PORTRAIT_WIDTH,
    Heading,
    PictureBox,
    facts_table,
    plain_table,
    text,
)
from forensic_app.reports.model_card import in_words
from forensic_app.reports.texts import Texts

_THUMBNAIL_COLUMN = 44 * mm
_LONG = 400
_EXIF_FIRST = (
    "Make", "Model", "Software", "DateTimeOriginal", "DateTime", "Orientation", "GPSInfo", "GPSLatitude",
    "GPSLongitude", "Artist", "ImageDescription",
)  # fmt: skip
_EXIF_SHOWN = 8
_EXIF_LONGEST = 200


def exhibits_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return one block for each photograph received."""
    withdrawn: list[Flowable] = [text(words) for words in _withdrawn(content, texts)]
    if not content.exhibits:
        return withdrawn or [text(texts("exhibits.none"))]
    blocks: list[Flowable] = [text(texts("exhibits.intro")), *withdrawn]
    for exhibit in content.exhibits:
        blocks += [*_exhibit(exhibit, texts), Spacer(0, 3 * mm)]
    return [*blocks, *image_notes(content, texts)]


def _withdrawn(content: ReportContent, texts: Texts) -> list[str]:
    """Return the sentence that says how many photographs are left out; nothing where none is."""
    if not content.withdrawn.exhibits:
        return []
    count = wording.counted(content.withdrawn.exhibits, "exhibits.withdrawn", texts)
    runs = content.withdrawn.runs
    also = f" {wording.counted(runs, 'exhibits.withdrawn_runs', texts)}" if runs else ""
    return [f"{count}{also}"]


def _exhibit(section: ExhibitSection, texts: Texts) -> list[Flowable]:
    exhibit, picture = section.record, section.picture
    width = PORTRAIT_WIDTH - _THUMBNAIL_COLUMN
    table = facts_table(_exhibit_rows(section, texts), width=width, label_width=31 * mm)
    if picture is None:
        left: Flowable = text(texts("exhibits.no_picture"), "small")
    else:
        side = _THUMBNAIL_COLUMN - 4 * mm
        left = PictureBox(picture, points_per_px=min(side / picture.width_px, 52 * mm / picture.height_px))
    columns = plain_table([[left, table]], [_THUMBNAIL_COLUMN, width])
    heading = Heading(f"{texts('common.exhibit')} {exhibit.exhibit_number}", 1)
    below = [
        (texts("exhibits.notes"), wording.one_line(wording.recorded(note, texts))) for note in exhibit.notes
    ]
    tables = [facts_table(tuple(below), width=PORTRAIT_WIDTH, label_width=_THUMBNAIL_COLUMN)] if below else []
    return [KeepTogether([heading, columns]), *tables]


def _exhibit_rows(section: ExhibitSection, texts: Texts) -> Rows:
    exhibit, missing = section.record, texts("common.not_recorded")
    size = texts(
        "exhibits.size_text",
        width=exhibit.width_px,
        height=exhibit.height_px,
        bytes=wording.count(exhibit.size_bytes, texts),
        media=exhibit.media_type,
    )
    shown_age = missing
    if exhibit.age_at_photo is not None:
        shown_age = texts("exhibits.age_text", age=wording.age(exhibit.age_at_photo, texts))
    received = ", ".join(
        part for part in (wording.utc(exhibit.received_at, texts), exhibit.received_how) if part
    )
    return (
        (texts("exhibits.subject"), wording.shortened(section.subject_name or missing, _LONG)),
        (texts("exhibits.file"), wording.one_line(exhibit.original_name)),
        (texts("exhibits.digest"), exhibit.sha256),
        *_page(exhibit, texts),
        (texts("exhibits.size"), size),
        (texts("exhibits.source"), wording.shortened(exhibit.source or missing, _LONG)),
        (texts("exhibits.received"), wording.shortened(received, _LONG)),
        (texts("exhibits.photo_date"), texts.day(exhibit.photo_date) or missing),
        (texts("exhibits.age"), shown_age),
        (texts("exhibits.exif"), _exif(exhibit, texts)),
    )


def _page(exhibit: Exhibit, texts: Texts) -> Rows:
    if exhibit.page is None:
        return ()
    digest = exhibit.page_sha256
    words = texts("exhibits.page_text", page=exhibit.page, digest=digest) if digest else str(exhibit.page)
    return ((texts("exhibits.page"), words),)


def _exif(exhibit: Exhibit, texts: Texts) -> str:
    """Return the tags that tell most, a line for each, the rest counted."""
    if not exhibit.exif:
        return texts("exhibits.exif_none")
    names = [name for name in _EXIF_FIRST if name in exhibit.exif]
    names += sorted(name for name in exhibit.exif if name not in _EXIF_FIRST)
    lines = [
        f"{wording.one_line(name)}: {in_words(exhibit.exif[name], texts)[:_EXIF_LONGEST]}"
        for name in names[:_EXIF_SHOWN]
    ]
    if len(names) > _EXIF_SHOWN:
        lines.append(texts("exhibits.exif_more", count=len(names) - _EXIF_SHOWN))
    return "\n".join(lines)
