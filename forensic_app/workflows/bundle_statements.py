"""What a bundle states of its photographs, checked before any is received.

Rules:
    * A bundle that verifies may come from anybody, with a log of its own: nothing in its records is of the right kind
      until it was looked at.
    * Everything is looked at first: a bundle is received whole, or refused before anything is taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from forensic_app.errors import InvalidInput
from forensic_app.store import fields

MOST_PAGES: Final = 100_000
_MOST_LETTERS: Final = 300
_TEXTS: Final = (
    "sha256", "source", "received_how", "photo_date", "original_name", "exhibit_number", "received_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatedPhotograph:
    """A photograph of a bundle, and what the bundle says of it.

    Attributes:
        object_id: Its identifier in the bundle.
        path: Its file in the bundle, among those that were checked.
        sha256: Its digest.
        source: From whom it came.
        photo_date: When it was taken.
        age_at_photo: How old the person is in it.
        original_name: Its file's name when it was received first.
        page: Which picture of its file it is.
        note: What the bundle's own record says, for the remarks of the exhibit.
    """

    object_id: str
    path: str
    sha256: str
    source: str
    photo_date: str
    age_at_photo: float | None
    original_name: str
    page: int | None
    note: str


def stated_photographs(records: Mapping[str, Any]) -> list[StatedPhotograph]:
    """Return the photographs of a bundle that verifies, as its ``records.json`` states them.

    Raises:
        InvalidInput: Something of them is not of the kind, or not within the bounds, that this program records.
    """
    rows = {each["object_id"]: each["row"] for each in records["records"] if each["object_type"] == "exhibit"}
    return [
        _stated(str(each["object_id"]), str(each["path"]), rows.get(each["object_id"]))
        for each in records["files"]
        if each["object_type"] == "exhibit" and "digest" not in each
    ]


def _stated(object_id: str, path: str, row: Any) -> StatedPhotograph:
    wrong = _wrong_column(row)
    if wrong:
        raise InvalidInput(
            f"The bundle's record of the photograph {_cut(object_id)} is not one of this program: {wrong}.",
            "Ask whoever sent it for another copy; keep this one as it is.",
        )
    how = f" by {_cut(row['received_how'])}" if row["received_how"] else ""
    return StatedPhotograph(
        object_id=object_id,
        path=path,
        sha256=row["sha256"],
        source=fields.line("source", row["source"]),
        photo_date=fields.partial_date("date of the photograph", row["photo_date"]),
        age_at_photo=fields.age("age in the photograph", _age(row["age_at_photo"])),
        original_name=_cut(row["original_name"]),
        page=row.get("page"),
        note=f"In the bundle: exhibit {_cut(row['exhibit_number'])}, received there {_cut(row['received_at'])}{how}.",
    )


def _wrong_column(row: Any) -> str:
    """Return the first column that is missing or of another kind, empty where all are as they should be."""
    if not isinstance(row, Mapping):
        return "row"
    for name in _TEXTS:
        if not isinstance(row.get(name), str):
            return name
    if len(row["photo_date"]) > _MOST_LETTERS:
        return "photo_date"
    page = row.get("page")
    if page is not None and (type(page) is not int or not 1 <= page <= MOST_PAGES):
        return "page"
    try:
        age = _age(row["age_at_photo"])
    except (KeyError, ValueError, TypeError, RecursionError):
        return "age_at_photo"
    return "" if age is None or type(age) in {int, float} else "age_at_photo"


def _age(stored: Any) -> Any:
    return None if stored is None else json.loads(stored)


def _cut(text: str) -> str:
    """Return a text of the bundle as one line of bounded length."""
    shown = (
        each if each.isprintable() else f"[U+{ord(each):04X}]"
        for each in fields.file_name(text)[:_MOST_LETTERS]
    )
    return "".join(shown)[:_MOST_LETTERS]
