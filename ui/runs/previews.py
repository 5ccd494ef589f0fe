"""Previews drawn one after the other in another process: a face in the styles of a pack, or at ages.

Rules:
    * What was drawn is kept by what was asked (the digests of picture and pack among it) while the casebook is open;
      nothing is recorded.
    * One preview is drawn at a time; whoever asks again, or no more, takes back what has not begun.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import shiboken6
from PySide6.QtCore import QObject

from ui.session import Session

Job = Hashable
"""What is drawn, all of it: equal jobs give equal previews."""
OnDrawn = Callable[[Any], None]
OnFailure = Callable[[BaseException], None]
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _Wish:
    job: Job
    owner: QObject
    on_drawn: OnDrawn
    on_failure: OnFailure


class Previews(QObject):
    """Draws previews.

    Args:
        session: The casebook.
        draw: Draws one; a function of a module, called in the other process.
    """

    def __init__(self, session: Session, draw: Callable[[Any], Any]) -> None:
        super().__init__(session)
        self._session = session
        self._draw = draw
        self._kept: OrderedDict[Job, Any] = OrderedDict()
        self._wishes: list[_Wish] = []
        self._active: Job | None = None

    def want(self, jobs: Sequence[Job], owner: QObject, on_drawn: OnDrawn, on_failure: OnFailure) -> None:
        """Have ``on_drawn`` called with the preview of each of ``jobs``, at once with those that are kept.

        Args:
            jobs: What to draw, in this order.
            owner: Who asks; what it asked for before is wanted no more.
            on_drawn: Called in the window's thread, once for each preview.
            on_failure: Called in the window's thread with the first error; nothing more is drawn then.
        """
        self.forget(owner)
        for job in jobs:
            kept = self._kept.get(job)
            if kept is not None:
                on_drawn(kept)
            else:
                self._wishes.append(_Wish(job, owner, on_drawn, on_failure))
        self._begin()

    def forget(self, owner: QObject) -> None:
        """Take back what ``owner`` asked for."""
        self._wishes = [each for each in self._wishes if each.owner is not owner]

    def _begin(self) -> None:
        self._wishes = [each for each in self._wishes if shiboken6.isValid(each.owner)]
        if self._active is not None or not self._wishes:
            return
        job = self._active = self._wishes[0].job
        self._session.background.in_process(
            self._draw,
            job,
            self,
            lambda drawn: self._done(job, drawn),
            lambda error: self._failed(job, error),
        )

    def _done(self, job: Job, drawn: Any) -> None:
        self._active = None
        self._kept[job] = drawn
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        answered = [each for each in self._wishes if each.job == job]
        self._wishes = [each for each in self._wishes if each.job != job]
        for each in answered:
            if shiboken6.isValid(each.owner):
                each.on_drawn(drawn)
        self._begin()

    def _failed(self, job: Job, error: BaseException) -> None:
        self._active = None
        answered = [each for each in self._wishes if each.job == job]
        for each in answered:
            self.forget(each.owner)
            if shiboken6.isValid(each.owner):
                each.on_failure(error)
        self._begin()
