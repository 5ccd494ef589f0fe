"""Records, events and heads that are stored in a form that this program cannot hold: nobody goes on with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.store.faults import UndecodedValue
from forensic_app.store.known_log import known_log, words, written_otherwise
from forensic_app.store.tables import RECORD_TABLES, CheckpointRow, CustodyEventRow

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, UndecodedValue)


def refuse_unworkable(session: Session) -> None:
    """Refuse to go on with an altered record, event or head that the program cannot hold as it is stored.

    Raises:
        CustodyChainBroken: There is one; the sentence names it.
    """
    known = known_log(session)
    for kind, key in sorted(known.altered) if known is not None else ():
        try:
            session.get(RECORD_TABLES[kind], key)
        except _UNREADABLE as error:
            raise written_otherwise(f"record of {words(kind)} {key}") from error
    for number in sorted(known.index.altered_events) if known is not None else ():
        try:
            session.get(CustodyEventRow, number)
        except _UNREADABLE as error:
            raise written_otherwise(f"custody event {number}") from error
    try:
        session.scalars(select(CheckpointRow)).all()
    except _UNREADABLE as error:
        raise written_otherwise("checkpoint of some events") from error
