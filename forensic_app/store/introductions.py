"""The keys that may sign a casebook's log, and how one comes to be among them.

Rules:
    * The first key is that of the workstation that made the casebook. Every further one is introduced by an event
      ``key_registered`` that an earlier key signs.
    * A point of small order is no key: anybody can sign under it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from forensic_app.custody import key_id_of
from forensic_app.errors import DuplicateRecord, InvalidInput
from forensic_app.store.base import StoreBase
from forensic_app.store.known_log import refuse_missing
from forensic_app.store.tables import SigningKeyRow
from forensic_app.verify import INTRODUCED, is_public_key


class KeyRecords(StoreBase):
    """The part of the case store that keeps public keys."""

    _known_keys: set[str]

    def public_keys(self) -> dict[str, str]:
        """Return every registered public key by its identifier."""
        with self._reading() as session:
            rows = session.scalars(select(SigningKeyRow)).all()
            refuse_missing(session, SigningKeyRow, rows)
            return {row.key_id: row.public_key_hex for row in rows}

    def introduce_key(self, public_key_hex: str) -> str:
        """Let another workstation sign; event ``key_registered``.

        Args:
            public_key_hex: Its Ed25519 public key, 64 hexadecimal characters.

        Returns:
            The key's identifier.

        Raises:
            InvalidInput: It is no such key.
            DuplicateRecord: The casebook knows it already.
        """
        given = public_key_hex.strip().lower()
        if not is_public_key(given):
            raise InvalidInput(
                f"{public_key_hex!r} is not a public key.",
                "Give the 64 hexadecimal characters that `forensic-app casebook keys` shows on that workstation.",
            )
        with self._writing() as session:
            if not add_key(self, session, given) and not self._introduce_again(session, given):
                raise DuplicateRecord(
                    f"The casebook knows the key {key_id_of(given)} already.", "Nothing needs to be done."
                )
        return key_id_of(given)

    def _introduce_again(self, session: Session, public_key_hex: str) -> bool:
        """Introduce a key that a log of version 1 registered; return whether that was needed."""
        key_id = key_id_of(public_key_hex)
        if key_id in self._known_keys:
            return False
        self._append(
            session,
            INTRODUCED,
            object_type="signing_key",
            object_id=key_id,
            details={"public_key_hex": public_key_hex},
        )
        self._known_keys.add(key_id)
        return True


def add_key(store: StoreBase, session: Session, public_key_hex: str) -> bool:
    """Register a public key with its event, unless the casebook knows it; return whether it was new."""
    key_id = key_id_of(public_key_hex)
    if session.get(SigningKeyRow, key_id) is not None:
        return False
    row = SigningKeyRow(
        key_id=key_id,
        public_key_hex=public_key_hex,
        registered_at=store._clock(),
        examiner=store.examiner,
    )
    session.add(row)
    store._append_change(session, "key_registered", row, details={"public_key_hex": public_key_hex})
    if isinstance(store, KeyRecords):
        store._known_keys.add(key_id)
    return True
