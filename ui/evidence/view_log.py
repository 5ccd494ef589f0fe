"""Records who looked at which photograph, alone or among others: once for each while a casebook is open.

Rules:
    * A photograph counts as looked at when it is shown in full for :data:`DWELL_MS`; leafing past it does not.
    * What cannot be written is not recorded: in a casebook that is read only nothing is, and the custody page says so.
    * No view is told: an entry changes nothing that a view shows but the log itself.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from forensic_app.records import Exhibit
from forensic_app.workflows.disclosures import VIEWED
from ui.session import Session

DWELL_MS = 2_000


class ViewLog(QObject):
    """The looks at photographs of one open casebook."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._seen = session.viewed
        self._exhibit: Exhibit | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._record)

    def look(self, exhibit: Exhibit | None) -> None:
        """Count the time from now on for this photograph; ``None`` for none."""
        self._timer.stop()
        self._exhibit = exhibit
        if exhibit is not None and exhibit.exhibit_id not in self._seen and not self._session.is_read_only:
            self._timer.start(DWELL_MS)

    def _record(self) -> None:
        exhibit = self._exhibit
        if exhibit is None or exhibit.exhibit_id in self._seen:
            return
        self._seen.add(exhibit.exhibit_id)

        def work(store: Any) -> None:
            store.record_event(
                VIEWED,
                object_type="exhibit",
                object_id=exhibit.exhibit_id,
                case_id=exhibit.case_id,
                details={"sha256": exhibit.picture_sha256},
            )

        self._session.read(work, self, lambda _: None)
