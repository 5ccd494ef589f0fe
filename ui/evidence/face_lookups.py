"""The faces of photographs as the bundled detector finds them, looked for beside the window.

Rules:
    * What was found is kept by the file's digest: no photograph is looked at twice while its casebook is open.
    * Whoever asks wants one photograph at a time; asking for another one takes back what has not begun.
    * The newest question is answered first, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from ui.session import Session

if TYPE_CHECKING:
    from forensic_app.workflows.face_inspection import FoundFace

    OnFaces = Callable[[list[FoundFace]], None]
OnFailure = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class _Wish:
    sha256: str
    owner: QObject
    on_faces: OnFaces
    on_failure: OnFailure


class FaceLookups(QObject):
    """Finds the faces of photographs by digest."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._found: dict[str, list[FoundFace]] = {}
        self._wishes: list[_Wish] = []
        self._active = ""

    def known(self, sha256: str) -> list[FoundFace] | None:
        """Return the faces of a photograph, largest first, ``None`` where it was not looked at yet."""
        return self._found.get(sha256)

    def want(self, sha256: str, owner: QObject, on_faces: OnFaces, on_failure: OnFailure) -> None:
        """Have ``on_faces`` called with the faces of a photograph, at once when they are known.

        Args:
            sha256: Digest of the photograph in the vault.
            owner: Who asks; what it asked for before is wanted no more.
            on_faces: Called in the window's thread with the faces, largest first.
            on_failure: Called in the window's thread with the error.
        """
        self.forget(owner)
        if sha256 in self._found:
            on_faces(self._found[sha256])
            return
        self._wishes.append(_Wish(sha256, owner, on_faces, on_failure))
        self._begin()

    def forget(self, owner: QObject) -> None:
        """Take back what ``owner`` asked for."""
        self._wishes = [each for each in self._wishes if each.owner is not owner]

    def _begin(self) -> None:
        """Look at the photograph that was asked for last, unless one is being looked at."""
        from forensic_app.workflows.face_inspection import inspect_faces

        self._wishes = [each for each in self._wishes if shiboken6.isValid(each.owner)]
        if self._active or not self._wishes:
            return
        sha256 = self._active = self._wishes[-1].sha256
        self._session.background.in_process(
            inspect_faces,
            (self._session.store.vault.path(sha256), sha256),
            self,
            lambda faces: self._done(sha256, faces),
            lambda error: self._failed(sha256, error),
        )

    def _done(self, sha256: str, faces: list[FoundFace]) -> None:
        self._found[sha256] = faces
        for each in self._answered(sha256):
            each.on_faces(faces)
        self._begin()

    def _failed(self, sha256: str, error: BaseException) -> None:
        for each in self._answered(sha256):
            each.on_failure(error)
        self._begin()

    def _answered(self, sha256: str) -> list[_Wish]:
        self._active = ""
        answered = [each for each in self._wishes if each.sha256 == sha256 and shiboken6.isValid(each.owner)]
        self._wishes = [each for each in self._wishes if each.sha256 != sha256]
        return answered
