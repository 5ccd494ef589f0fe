"""What may be stated about a photograph, as options of the commands that add and edit an exhibit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from forensic_app.errors import InvalidInput
from forensic_app.life_dates import parse_years


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitOptions:
    """Each field is an option of the same name; ``None`` stands for what was not given."""

    subject: Annotated[
        str | None, typer.Option(metavar="ID", help="Whom it shows, such as S-0001; empty when unknown.")
    ] = None
    age_at_photo: Annotated[
        str | None,
        typer.Option(metavar="YEARS", help="The person's age in the photograph; empty when unknown."),
    ] = None
    photo_date: Annotated[str | None, typer.Option(metavar="DATE", help="When taken, possibly partial.")] = (
        None
    )
    source: Annotated[str | None, typer.Option(help="From whom or where it came.")] = None
    received_how: Annotated[str | None, typer.Option(help="Such as e-mail or USB stick.")] = None
    number: Annotated[
        str | None, typer.Option(help="Exhibit number, unique in its case; the id by default.")
    ] = None
    remark: Annotated[list[str] | None, typer.Option(help="For the record; may be given several times.")] = (
        None
    )

    def stated(self) -> dict[str, Any]:
        """Return what was given but the remarks, by the names of the store.

        Raises:
            InvalidInput: The age is no number.
        """
        texts = {
            "photo_date": self.photo_date,
            "source": self.source,
            "received_how": self.received_how,
            "exhibit_number": self.number,
        }
        given: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
        if self.subject is not None:
            given["subject_id"] = self.subject.strip() or None
        if self.age_at_photo is not None:
            given["age_at_photo"] = _years(self.age_at_photo)
        return given


def _years(text: str) -> float | None:
    try:
        return parse_years(text)
    except ValueError:
        raise InvalidInput(
            f"The age in the photograph {text!r} is no number.", "Give years, such as 34 or 8.5."
        ) from None
