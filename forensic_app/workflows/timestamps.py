"""Have the custody log's newest signed head time-stamped: a request out, the reply in, or one of the workstation's own.

Rules:
    * What is stamped covers every event up to that head: they existed at that time. Nothing is said of later ones.
    * A reply is matched with the head that it stamps, checked under the certificate that is given, and kept whole in
      the log with that certificate; one that does not verify is not recorded.
    * Each stamp is checked anew whenever stamps are listed or leave in a bundle.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from forensic_app.custody import note_sha256
from forensic_app.digests import sha256_of_bytes
from forensic_app.errors import ForensicAppError, InvalidInput, RecordNotFound
from forensic_app.identity.certificates import fingerprint
from forensic_app.identity.files import LaboratoryIdentity, load_identity
from forensic_app.identity.timestamps import (
    Stamp,
    as_record,
    certificates_in,
    checked_stamp,
    local_reply,
    request_for,
    stamped_sha256,
)
from forensic_app.records import Checkpoint, CustodyEvent
from forensic_app.regular_files import read_given
from forensic_app.store.case_store import CaseStore
from forensic_app.workflows.picture_files import write_new

ACTION: Final = "head_timestamped"
_MOST_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class KeptStamp:
    """A time-stamp of the log, checked anew.

    Attributes:
        sequence: Number of the event that holds it.
        head_size: Number of events that the stamped head covers.
        note: The head's text, which is what is stamped.
        reply: The authority's answer, DER.
        anchors: The certificates that it was checked under.
        stamp: What it says.
        fault: Why it does not verify any more; empty where it does.
    """

    sequence: int
    head_size: int
    note: str
    reply: bytes
    anchors: tuple[x509.Certificate, ...]
    stamp: Mapping[str, Any]
    fault: str

    def as_json(self) -> dict[str, Any]:
        """Return it without the files, JSON types only."""
        return {
            "sequence": self.sequence,
            "head_size": self.head_size,
            "note_sha256": sha256_of_bytes(self.note.encode()),
            "reply_sha256": sha256_of_bytes(self.reply),
            "trusted_sha256": [fingerprint(each) for each in self.anchors],
            **self.stamp,
            "is_valid": not self.fault,
            "fault": self.fault,
        }


def write_request(store: CaseStore, out: Path) -> Checkpoint:
    """Write the request that an authority stamps the newest head, to a new file (``.tsq``); nothing is recorded.

    Raises:
        InvalidInput: The file exists or cannot be written, or the log is empty.
    """
    head = _newest(store)
    with write_new(out, request_for(head.note.encode())):
        return head


def take_reply(store: CaseStore, file: Path, trusted: Path) -> KeptStamp:
    """Check an authority's reply, and keep it; event ``head_timestamped``.

    Args:
        store: The casebook, open for writing.
        file: The reply (``.tsr``).
        trusted: Certificate of the authority that is trusted, PEM or DER; authorities between may follow.

    Raises:
        InvalidInput: It does not verify, stamps no head of this log, or is kept already.
    """
    reply = read_given(file, max_bytes=_MOST_BYTES)
    anchors = certificates_in(read_given(trusted, max_bytes=_MOST_BYTES))
    wanted = stamped_sha256(reply)
    head = next((each for each in store.checkpoints() if note_sha256(each.note) == wanted), None)
    if head is None:
        raise InvalidInput(
            "The reply stamps no head of this casebook.",
            "Give the reply to a request that was written here: forensic-app timestamp request.",
        )
    return _keep(store, head, reply, anchors, is_own=False)


def stamp_locally(store: CaseStore, home: Path, passphrase: str) -> KeptStamp:
    """Stamp the newest head with the workstation's own clock, under the laboratory's own authority, and keep that.

    It says what the clock said, and no more: nobody else vouches for the time.

    Raises:
        InvalidInput: The passphrase is wrong, or the laboratory's certificate was issued by somebody else.
        RecordNotFound: This workstation has no identity.
    """
    identity = load_identity(home)
    key = identity.authority_key(passphrase)
    head = _newest(store)
    reply = local_reply(request_for(head.note.encode()), identity.anchor, key, now=datetime.now(UTC))
    return _keep(store, head, reply, [identity.anchor], is_own=True)


def kept_stamps(store: CaseStore) -> list[KeptStamp]:
    """Return the time-stamps in the log, oldest first, each checked anew under the certificates kept with it."""
    heads = {each.size: each for each in store.checkpoints()}
    return [_checked(event, heads) for event in store.events() if event.action == ACTION]


def _newest(store: CaseStore) -> Checkpoint:
    head = store.checkpoint()
    if head is None:
        raise RecordNotFound("The custody log is empty.", "Open a case first.")
    return head


def _keep(
    store: CaseStore, head: Checkpoint, reply: bytes, anchors: list[x509.Certificate], *, is_own: bool
) -> KeptStamp:
    stamp = checked_stamp(reply, head.note.encode(), anchors)
    digest = sha256_of_bytes(reply)
    for each in kept_stamps(store):
        if sha256_of_bytes(each.reply) == digest:
            raise InvalidInput(
                f"This time-stamp is kept already, in event {each.sequence}.", "Nothing is to be done."
            )
    said = {**as_record(stamp), "is_local": is_own or stamp.is_local or _is_own(anchors)}
    event = store.record_event(
        ACTION,
        object_type="casebook",
        object_id=store.casebook_id,
        details={
            "head_size": head.size,
            "note_sha256": note_sha256(head.note),
            "reply": base64.b64encode(reply).decode(),
            "trusted": [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in anchors],
            **said,
        },
    )
    return KeptStamp(event.sequence, head.size, head.note, reply, tuple(anchors), said, "")


def _is_own(anchors: list[x509.Certificate]) -> bool:
    """Return whether an authority is the laboratory's own: then nobody else vouches for the time."""
    from forensic_app.settings import load_settings

    try:
        identity: LaboratoryIdentity = load_identity(load_settings().home)
    except ForensicAppError:
        return False
    return identity.is_own_authority and any(
        fingerprint(each) == fingerprint(identity.anchor) for each in anchors
    )


def _checked(event: CustodyEvent, heads: Mapping[int, Checkpoint]) -> KeptStamp:
    told = event.details
    reply = base64.b64decode(str(told["reply"]))
    anchors = tuple(x509.load_der_x509_certificate(base64.b64decode(each)) for each in told["trusted"])
    head = heads.get(int(told["head_size"]))
    note = "" if head is None else head.note
    names = ("time", "authority", "serial", "policy", "is_local")
    said = {name: told[name] for name in names}
    fault = ""
    try:
        found: Stamp = checked_stamp(reply, note.encode(), anchors)
        if found.time.isoformat() != said["time"]:
            fault = "The stamp says another time than its event."
    except InvalidInput as error:
        fault = error.message
    return KeptStamp(event.sequence, int(told["head_size"]), note, reply, anchors, said, fault)
