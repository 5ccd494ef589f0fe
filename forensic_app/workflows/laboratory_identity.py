"""Make, import and show the laboratory's identity, and unlock it to sign."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from forensic_app.errors import InvalidInput
from forensic_app.identity.certificates import (
    EXPIRES_SOON_DAYS,
    Credentials,
    credentials_from_pkcs12,
    days_left,
    fingerprint,
    new_credentials,
    refuse_unfit,
)
from forensic_app.identity.files import LaboratoryIdentity, load_identity, save_identity
from forensic_app.identity.token import credentials_on
from forensic_app.regular_files import read_given

PASSPHRASE_FILE: Final = "FORENSIC_APP_PASSPHRASE_FILE"
"""Variable that names a file whose first line opens the laboratory's certificate for all that leaves."""
_MOST_PASSPHRASE_BYTES = 4096


def make_identity(
    home: Path, organisation: str, passphrase: str, *, replaces: bool = False
) -> LaboratoryIdentity:
    """Make an authority of the laboratory's own and a certificate under it; see :func:`save_identity`."""
    credentials, authority_key = new_credentials(organisation, now=datetime.now(UTC))
    return save_identity(home, credentials, passphrase, authority_key=authority_key, replaces=replaces)


def import_identity(
    home: Path, file: Path, file_passphrase: str, passphrase: str, *, replaces: bool = False
) -> LaboratoryIdentity:
    """Take over key and certificates of a PKCS#12 file.

    Args:
        home: The workstation's folder.
        file: The ``.p12`` or ``.pfx`` file.
        file_passphrase: What opens it.
        passphrase: What seals the key on this workstation.
        replaces: Whether an identity that is there may be replaced.

    Raises:
        InvalidInput: The file cannot be opened with it, or the certificate may not sign documents now.
    """
    credentials = credentials_from_pkcs12(read_given(file), file_passphrase)
    refuse_unfit(credentials, now=datetime.now(UTC))
    return save_identity(home, credentials, passphrase, replaces=replaces)


def take_token(
    home: Path, module: Path, token: str, pin: str, *, label: str = "", replaces: bool = False
) -> LaboratoryIdentity:
    """Use the key and the certificate of a token (PKCS#11); the key stays on it.

    Args:
        home: The workstation's folder.
        module: The token maker's PKCS#11 module.
        token: Label of the token.
        pin: Its PIN, which is kept nowhere.
        label: Label of the certificate, where the token holds several.
        replaces: Whether an identity that is there may be replaced.

    Raises:
        InvalidInput: The token cannot be used, or its certificate may not sign documents now.
    """
    credentials, place = credentials_on(module, token, pin, label=label)
    refuse_unfit(credentials, now=datetime.now(UTC))
    return save_identity(home, credentials, "", token=place, replaces=replaces)


def unlock_identity(home: Path, passphrase: str) -> Credentials:
    """Return the credentials of this workstation, fit to sign now.

    Raises:
        RecordNotFound: There is no identity.
        InvalidInput: The passphrase is wrong, or the certificate expired.
        StoreUnavailable: The file is damaged.
    """
    credentials = load_identity(home).unlocked(passphrase)
    refuse_unfit(credentials, now=datetime.now(UTC))
    return credentials


def standing_credentials(home: Path, environ: Mapping[str, str] | None = None) -> Credentials | None:
    """Return the credentials that sign whatever leaves this workstation, ``None`` where it names no passphrase file.

    Args:
        home: The workstation's folder.
        environ: Where :data:`PASSPHRASE_FILE` is looked up; the process's own environment by default.

    Raises:
        InvalidInput: The passphrase is wrong, or the certificate expired: nothing leaves unsigned unnoticed.
        RecordNotFound: There is no identity.
        StoreUnavailable: A file is damaged or cannot be read.
    """
    named = (os.environ if environ is None else environ).get(PASSPHRASE_FILE, "")
    return unlock_identity(home, read_passphrase(Path(named))) if named else None


def read_passphrase(file: Path) -> str:
    """Return the first line of a file, without its line feed.

    Raises:
        InvalidInput: It is empty, no text, or no regular file.
        StoreUnavailable: It cannot be read.
    """
    try:
        text = read_given(file, max_bytes=_MOST_PASSPHRASE_BYTES).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"The passphrase file {file} is no text.", "Write the passphrase as one line."
        ) from error
    line = text.splitlines()[0] if text else ""
    if not line:
        raise InvalidInput(f"The passphrase file {file} is empty.", "Write the passphrase as its first line.")
    return line


def identity_facts(identity: LaboratoryIdentity) -> dict[str, Any]:
    """Return what is public of an identity, as JSON types; ``warnings`` are sentences."""
    now = datetime.now(UTC)
    left = days_left(identity.certificate, now=now)
    warnings = []
    if left < 0:
        warnings.append("The certificate has expired: nothing can be signed with it.")
    elif left < EXPIRES_SOON_DAYS:
        warnings.append(f"The certificate expires in {left} days.")
    if identity.is_own_authority:
        warnings.append(
            "The laboratory made the authority itself: whoever relies on a signature has to have the authority's "
            "fingerprint from the laboratory, by another way than the signed file."
        )
    return {
        "organisation": identity.organisation,
        "certificate_sha256": identity.sha256,
        "authority_sha256": fingerprint(identity.anchor),
        "valid_from": identity.certificate.not_valid_before_utc.isoformat(),
        "valid_until": identity.certificate.not_valid_after_utc.isoformat(),
        "days_left": left,
        "is_own_authority": identity.is_own_authority,
        "token": None if identity.token is None else identity.token.token,
        "warnings": warnings,
    }
