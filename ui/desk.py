"""What every screen of an open casebook is given."""

from __future__ import annotations

from dataclasses import dataclass

from ui.evidence.face_lookups import FaceLookups
from ui.preferences import Preferences
from ui.runs.previews import Previews
from ui.runs.queue_keeper import QueueKeeper
from ui.session import Session
from ui.theme import Theme
from ui.widgets.thumbnails import Thumbnails


@dataclass(frozen=True, slots=True)
class Desk:
    """The open casebook and how it is shown.

    Attributes:
        session: The casebook.
        theme: Colours and icons.
        preferences: What the window remembers.
        thumbnails: Small pictures of the vault's files.
        faces: The faces of photographs, counted by size.
        queue: What is executed and what waits, across the cases.
        styles: Previews of the styles of sketch packs.
        ages: Previews of ages.
    """

    session: Session
    theme: Theme
    preferences: Preferences
    thumbnails: Thumbnails
    faces: FaceLookups
    queue: QueueKeeper
    styles: Previews
    ages: Previews


def made_desk(session: Session, theme: Theme, preferences: Preferences) -> Desk:
    """Return what the screens of a casebook that was just opened are given."""
    from forensic_app.workflows.age_preview import draw_age
    from forensic_app.workflows.style_preview import draw_style

    queue = QueueKeeper(session, preferences)
    faces, styles, ages = FaceLookups(session), Previews(session, draw_style), Previews(session, draw_age)
    return Desk(session, theme, preferences, Thumbnails(session), faces, queue, styles, ages)
