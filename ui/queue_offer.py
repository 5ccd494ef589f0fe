"""What the window says of its queue outside of its page: a count in the rail, and an offer of what waits from before.

Rules:
    * Runs that lie queued when a casebook is opened are offered once, in a line above the page; nothing starts them.
    * The end of runs that were executed together is told to the desktop once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.pages import QUEUE
from ui.runs.queue_keeper import QueueKeeper, Stand
from ui.widgets.basics import Banner, button

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class QueueOffer(QObject):
    """The line that offers what waits from before.

    Attributes:
        bar: The line; hidden while there is nothing to offer.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.banner = Banner()
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(16, 10, 16, 0)
        row.addWidget(self.banner, 1)
        row.addWidget(button(self.tr("Show the queue"), self._show_queue))
        row.addWidget(button(self.tr("Not now"), self.bar.hide))
        self.bar.hide()

    def follow(self, queue: QueueKeeper) -> None:
        """Tell of another casebook's queue from now on."""
        self.bar.hide()
        queue.changed.connect(lambda: self._count(queue))
        queue.loaded.connect(lambda: self._offer(queue))

    def leave(self) -> None:
        """Say nothing more: the casebook is closed."""
        self.bar.hide()
        self._window.rail.tell(QUEUE, 0)

    def _count(self, queue: QueueKeeper) -> None:
        self._window.rail.tell(QUEUE, len(queue.entries))
        if not queue.of(Stand.OFFERED):
            self.bar.hide()

    def _offer(self, queue: QueueKeeper) -> None:
        count = len(queue.of(Stand.OFFERED))
        if count and queue.can_write:
            words = self.tr("{count} run(s) wait from before. None of them is started before you say so.")
            self.banner.say(words.format(count=count))
            self.bar.show()

    def _show_queue(self) -> None:
        self._window.show_page(QUEUE)
