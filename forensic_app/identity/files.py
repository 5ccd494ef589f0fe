"""The laboratory's identity on the workstation: one file with certificates and the keys under a passphrase.

Rules:
    * It lies in ``<home>/identity/identity.json``, for its owner alone; a key is never on the disk in the clear.
    * A new identity replaces another one only when that is asked for, and the old file is kept beside it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from forensic_app.checked_json import parse_json_object
from forensic_app.errors import InvalidInput, RecordNotFound, StoreUnavailable
from forensic_app.identity.certificates import (
    Credentials,
    PrivateKey,
    fingerprint,
    key_bytes,
    organisation_of,
    pem,
)
from forensic_app.identity.token import TokenPlace, key_on
from forensic_app.identity.wrapping import Wrapped, unwrap, wrap
from forensic_app.private import make_private_folder, open_private
from forensic_app.regular_files import read_regular

FOLDER, FILE = "identity", "identity.json"
_VERSION: Final = 1
_MADE_HERE, _IMPORTED, _ON_TOKEN = "made here", "imported", "on a token"


@dataclass(frozen=True, slots=True)
class LaboratoryIdentity:
    """What the file says, the keys still under the passphrase.

    Attributes:
        certificate: The certificate that signs.
        chain: Certificates above it, nearest first.
        is_own_authority: Whether the laboratory made the authority above it itself.
        wrapped_key: The private key, sealed; ``None`` where it lies on a token.
        wrapped_authority_key: Key of an authority that was made here, sealed; ``None`` for an imported certificate.
        token: The token that holds the key, ``None`` where it lies here.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    is_own_authority: bool
    wrapped_key: Wrapped | None
    wrapped_authority_key: Wrapped | None = None
    token: TokenPlace | None = None

    @property
    def organisation(self) -> str:
        """Who the certificate is of."""
        return organisation_of(self.certificate)

    @property
    def sha256(self) -> str:
        """Fingerprint of the certificate that signs."""
        return fingerprint(self.certificate)

    @property
    def anchor(self) -> x509.Certificate:
        """The certificate that others have to trust."""
        return self.chain[-1] if self.chain else self.certificate

    def unlocked(self, passphrase: str) -> Credentials:
        """Return the credentials; takes about half a second.

        Args:
            passphrase: Opens the key; the PIN of a token.

        Raises:
            InvalidInput: The passphrase is wrong, or the token is not there.
            StoreUnavailable: The key is damaged.
        """
        if self.token is not None:
            return Credentials(key_on(self.token, self.certificate, passphrase), self.certificate, self.chain)
        if self.wrapped_key is None:
            raise StoreUnavailable("The laboratory identity names no key.", "Import the certificate anew.")
        return Credentials(_opened(self.wrapped_key, passphrase), self.certificate, self.chain)

    def authority_key(self, passphrase: str) -> PrivateKey:
        """Return the key of the authority that was made here; takes about half a second.

        Raises:
            InvalidInput: The passphrase is wrong, or another authority issued the certificate.
            StoreUnavailable: The key is damaged.
        """
        if self.wrapped_authority_key is None:
            raise InvalidInput(
                "The laboratory's certificate was issued by somebody else, whose key is not here.",
                "Ask a time-stamping authority: forensic-app timestamp request.",
            )
        return _opened(self.wrapped_authority_key, passphrase)


def _opened(wrapped: Wrapped, passphrase: str) -> PrivateKey:
    key = load_der_private_key(unwrap(wrapped, passphrase), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise StoreUnavailable(
            "The signing key of the laboratory is of an unknown kind.", "Import the certificate anew."
        )
    return key


def save_identity(
    home: Path,
    credentials: Credentials,
    passphrase: str,
    *,
    authority_key: PrivateKey | None = None,
    token: TokenPlace | None = None,
    replaces: bool = False,
) -> LaboratoryIdentity:
    """Write the identity of the workstation, its keys sealed under the passphrase, and return it.

    Args:
        home: The workstation's folder.
        credentials: Key and certificates.
        passphrase: What opens the keys again.
        authority_key: Key of an authority that was made here, sealed beside the other.
        token: Where the key lies that is not to be sealed here.
        replaces: Whether an identity that is there may be replaced; its file stays beside the new one.

    Raises:
        InvalidInput: There is an identity already, or the passphrase is empty.
        StoreUnavailable: The file cannot be written.
    """
    path = identity_file(home)
    if path.exists() and not replaces:
        raise InvalidInput(
            "This workstation has a laboratory identity already.",
            "Show it with: identity show; replace it with --replace: reports signed with it stay valid.",
        )
    record: dict[str, Any] = {
        "version": _VERSION,
        "origin": _MADE_HERE if authority_key is not None else _IMPORTED if token is None else _ON_TOKEN,
        "certificates": [pem(each) for each in (credentials.certificate, *credentials.chain)],
    }
    if token is None:
        record["key"] = wrap(key_bytes(credentials.key), passphrase)
    else:
        record["token"] = asdict(token)
    if authority_key is not None:
        record["authority_key"] = wrap(key_bytes(authority_key), passphrase)
    temporary = path.with_name(f".{FILE}-{secrets.token_hex(8)}")
    try:
        make_private_folder(path.parent)
        try:
            with open_private(temporary, "x") as stream:
                json.dump(record, stream, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            if path.exists():
                path.rename(path.with_name(f"identity-until-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"))
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The identity could not be written to {path.parent}: {error.strerror or error}.",
            "Check free space and permissions of the workstation's folder.",
        ) from error
    return load_identity(home)


def load_identity(home: Path) -> LaboratoryIdentity:
    """Return the identity of the workstation.

    Raises:
        RecordNotFound: There is none.
        StoreUnavailable: Its file is damaged, or other accounts can read it.
    """
    path = identity_file(home)
    if not path.exists():
        raise RecordNotFound(
            "This workstation has no laboratory identity.",
            'Make one with: forensic-app identity new --organisation "NAME", or import a certificate.',
        )
    try:
        if path.stat().st_mode & 0o077:
            raise StoreUnavailable(
                f"The file {path} can be read by others.",
                f"Find out who had access, then run: chmod 600 {path}",
            )
        record = parse_json_object(read_regular(path))
        certificates = [x509.load_pem_x509_certificate(each.encode()) for each in record["certificates"]]
        token = TokenPlace(**record["token"]) if record["origin"] == _ON_TOKEN else None
        is_known = record["version"] == _VERSION and (token is not None or isinstance(record["key"], dict))
        found = LaboratoryIdentity(
            certificates[0],
            tuple(certificates[1:]),
            record["origin"] == _MADE_HERE,
            record.get("key"),
            record.get("authority_key"),
            token,
        )
    except (OSError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error
    if not is_known:
        raise _damaged(path)
    return found


def _damaged(path: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"The laboratory identity {path} is damaged.",
        "Restore it from a backup of the workstation's folder, or make or import one anew.",
    )


def identity_file(home: Path) -> Path:
    """Return where the identity lies."""
    return home / FOLDER / FILE
