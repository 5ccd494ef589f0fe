"""What every screen of an open casebook is given."""

from __future__ import annotations

from dataclasses import dataclass

from ui.evidence.face_lookups import FaceLookups
from ui.preferences import Preferences
from ui.runs.queue_keeper import QueueKeeper
from ui.runs.style_previews import StylePreviews
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
    """

    session: Session
    theme: Theme
    preferences: Preferences
    thumbnails: Thumbnails
    faces: FaceLookups
    queue: QueueKeeper
    styles: StylePreviews


def made_desk(session: Session, theme: Theme, preferences: Preferences) -> Desk:
    """Return what the screens of a casebook that was just opened are given."""
    queue = QueueKeeper(session, preferences)
    faces, styles = FaceLookups(session), StylePreviews(session)
    return Desk(session, theme, preferences, Thumbnails(session), faces, queue, styles)
