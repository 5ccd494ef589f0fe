"""A face drawn in the styles of a sketch pack, one after the other in another process.

Rules:
    * What was drawn is kept by the digests of picture and pack while the casebook is open; nothing is recorded.
    * One style is drawn at a time; whoever asks again, or no more, takes back what has not begun.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from ui.session import Session

if TYPE_CHECKING:
    from forensic_app.workflows.style_preview import DrawnStyle, StyleJob

    OnDrawn = Callable[[DrawnStyle], None]
OnFailure = Callable[[BaseException], None]
_Key = tuple[str, tuple[int, int, int, int] | None, int, str, str]
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Wish:
    job: StyleJob
    owner: QObject
    on_drawn: OnDrawn
    on_failure: OnFailure


class StylePreviews(QObject):
    """Draws faces in styles."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._kept: OrderedDict[_Key, DrawnStyle] = OrderedDict()
        self._wishes: list[_Wish] = []
        self._active: _Key | None = None

    def want(
        self,
        job: StyleJob,
        styles: Sequence[str],
        owner: QObject,
        on_drawn: OnDrawn,
        on_failure: OnFailure,
    ) -> None:
        """Have ``on_drawn`` called with a face in each of ``styles``, at once with those that are kept.

        Args:
            job: What to draw; its style is of no meaning.
            styles: Styles of the pack, drawn in this order.
            owner: Who asks; what it asked for before is wanted no more.
            on_drawn: Called in the window's thread, once for each style.
            on_failure: Called in the window's thread with the first error; nothing more is drawn then.
        """
        self.forget(owner)
        for style in styles:
            wanted = replace(job, style=style)
            kept = self._kept.get(_key(wanted))
            if kept is not None:
                on_drawn(kept)
            else:
                self._wishes.append(_Wish(wanted, owner, on_drawn, on_failure))
        self._begin()

    def forget(self, owner: QObject) -> None:
        """Take back what ``owner`` asked for."""
        self._wishes = [each for each in self._wishes if each.owner is not owner]

    def _begin(self) -> None:
        from forensic_app.workflows.style_preview import draw_style

        self._wishes = [each for each in self._wishes if shiboken6.isValid(each.owner)]
        if self._active is not None or not self._wishes:
            return
        job = self._wishes[0].job
        key = self._active = _key(job)
        self._session.background.in_process(
            draw_style,
            job,
            self,
            lambda drawn: self._done(key, drawn),
            lambda error: self._failed(key, error),
        )

    def _done(self, key: _Key, drawn: DrawnStyle) -> None:
        self._active = None
        self._kept[key] = drawn
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        answered = [each for each in self._wishes if _key(each.job) == key]
        self._wishes = [each for each in self._wishes if _key(each.job) != key]
        for each in answered:
            if shiboken6.isValid(each.owner):
                each.on_drawn(drawn)
        self._begin()

    def _failed(self, key: _Key, error: BaseException) -> None:
        self._active = None
        answered = [each for each in self._wishes if _key(each.job) == key]
        for each in answered:
            self.forget(each.owner)
            if shiboken6.isValid(each.owner):
                each.on_failure(error)
        self._begin()


def _key(job: StyleJob) -> _Key:
    source = job.source
    return (source.sha256, source.picture_window, job.face_index, job.pack_sha256, job.style)
