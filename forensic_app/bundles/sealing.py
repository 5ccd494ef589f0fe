"""A bundle as one encrypted file, in the form of age, which other programs open as well.

Rules:
    * For a recipient who has an age key the file is for that key. For a passphrase a key is made, and lies beside the
      file under the passphrase: ``age -d -i NAME.key.age NAME.tar.age`` asks for it and opens both.
    * Nothing is held in memory whole: the archive is encrypted while it is made.
    * What is opened is taken out by the rules of ``tarfile``'s filter ``data``: no links out of the folder, no absolute
      names, no devices. What would take more room than the file itself, or lies deeper than a bundle, is refused.

References:
    https://age-encryption.org/v1 (X25519, ChaCha20-Poly1305, scrypt for passphrases).
"""

from __future__ import annotations

import os
import tarfile
import threading
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

import pyrage

from forensic_app.errors import InvalidInput
from forensic_app.private import open_private
from forensic_app.regular_files import open_regular, read_regular

ARCHIVE_ENDING: Final = ".tar.age"
KEY_ENDING: Final = ".key.age"
_MOST_KEY_BYTES = 1 << 16
_MOST_MEMBERS = 1_000_000
_MOST_PARTS = 16
_LONGEST_PART = 255


def seal_for_key(folder: Path, recipient_key: str) -> Path:
    """Write a folder as one encrypted file beside it; return the file.

    Args:
        folder: The bundle; it stays.
        recipient_key: The recipient's public key, ``age1...``.

    Raises:
        InvalidInput: It is no such key, or the file exists.
        OSError: It cannot be written.
    """
    return _sealed(folder, _recipient(recipient_key))


def refuse_unsealable(folder: Path, *, passphrase: str = "", recipient_key: str = "") -> None:
    """Refuse a key, a passphrase or a place that a bundle could not be encrypted with, before anything is written.

    Args:
        folder: The bundle, which need not exist yet.
        passphrase: What is to open it; or
        recipient_key: the recipient's public key.

    Raises:
        InvalidInput: It is no key, the passphrase is empty, or a file exists.
    """
    if recipient_key:
        _recipient(recipient_key)
    elif not passphrase:
        raise InvalidInput("The passphrase is empty.", "Give one, best several words.")
    for ending in (ARCHIVE_ENDING, KEY_ENDING):
        _refuse_existing(folder.with_name(folder.name + ending))


def _recipient(recipient_key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(recipient_key.strip())
    except pyrage.RecipientError as error:
        raise InvalidInput(
            f"{recipient_key!r} is not a public key of age.",
            "Give the recipient's key as age-keygen prints it: age1 and 58 letters and digits.",
        ) from error


def seal_with_passphrase(folder: Path, passphrase: str) -> tuple[Path, Path]:
    """Write a folder as one encrypted file beside it; return the file and that of its key, under the passphrase.

    Raises:
        InvalidInput: The passphrase is empty, or a file exists.
        OSError: A file cannot be written.
    """
    if not passphrase:
        raise InvalidInput("The passphrase is empty.", "Give one, best several words.")
    identity = pyrage.x25519.Identity.generate()
    key_file = folder.with_name(folder.name + KEY_ENDING)
    _refuse_existing(key_file)
    archive = _sealed(folder, identity.to_public())
    with open_private(key_file, "xb") as stream:
        stream.write(pyrage.passphrase.encrypt(str(identity).encode(), passphrase))
        stream.flush()
        os.fsync(stream.fileno())
    return archive, key_file


def open_sealed(
    archive: Path, folder: Path, *, passphrase: str = "", identity_file: Path | None = None
) -> None:
    """Take an encrypted bundle out into an empty folder.

    Args:
        archive: The file.
        folder: Where to.
        passphrase: What opens the key beside it.
        identity_file: The recipient's own secret key (``AGE-SECRET-KEY-...``), in place of a passphrase.

    Raises:
        InvalidInput: The key or the passphrase is wrong, or the file is none or was changed.
        OSError: Something cannot be read or written.
    """
    with open_regular(archive) as source:
        identity = _identity(archive, passphrase, identity_file)
        _take_out(archive, source, identity, folder)


def _take_out(archive: Path, source: BinaryIO, identity: pyrage.x25519.Identity, folder: Path) -> None:
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(writing, "wb") as target:
                pyrage.decrypt_io(source, target, [identity])
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=decrypt, name="opening a bundle")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as members:
            left_bytes = os.fstat(source.fileno()).st_size
            for count, member in enumerate(members):
                left_bytes -= member.size
                if count >= _MOST_MEMBERS or left_bytes < 0 or not _is_plain(member):
                    raise InvalidInput(
                        f"The bundle {archive} holds something that is no file of a bundle.",
                        "Ask whoever sent it for another one.",
                    )
                members.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        thread.join()
        raise _not_opened(archive) from (failures[0] if failures else error)
    finally:
        thread.join()
    if failures:
        raise _not_opened(archive) from failures[0]


def _is_plain(member: tarfile.TarInfo) -> bool:
    """Return whether a member is a file or folder as bundles have them: all of it there, and not deep."""
    parts = member.name.split("/")
    is_named = (
        len(parts) <= _MOST_PARTS
        and max(len(each.encode("utf-8", "replace")) for each in parts) <= _LONGEST_PART
    )
    return is_named and (member.isreg() or member.isdir()) and not member.issparse()


def _identity(archive: Path, passphrase: str, identity_file: Path | None) -> pyrage.x25519.Identity:
    try:
        if identity_file is not None:
            lines = read_regular(identity_file, max_bytes=_MOST_KEY_BYTES).decode().splitlines()
            secret = next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
        else:
            name = archive.name.removesuffix(ARCHIVE_ENDING) + KEY_ENDING
            wrapped = read_regular(archive.with_name(name), max_bytes=_MOST_KEY_BYTES)
            secret = pyrage.passphrase.decrypt(wrapped, passphrase).decode()
        return pyrage.x25519.Identity.from_str(secret)
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The key of {archive} could not be opened.",
            "Type the passphrase again, or name the recipient's secret key.",
        ) from error


def _sealed(folder: Path, recipient: pyrage.x25519.Recipient) -> Path:
    archive = folder.with_name(folder.name + ARCHIVE_ENDING)
    _refuse_existing(archive)
    temporary = archive.with_name(f".{archive.name}.part")
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def pack() -> None:
        try:
            with os.fdopen(writing, "wb") as stream, tarfile.open(fileobj=stream, mode="w|") as members:
                members.add(folder, arcname=folder.name, filter=_anonymous)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=pack, name="sealing a bundle")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source, open_private(temporary, "wb") as target:
            pyrage.encrypt_io(cast(IO[bytes], source), target, [recipient])
            target.flush()
            os.fsync(target.fileno())
        thread.join()
        if failures:
            raise failures[0]
        temporary.rename(archive)
    finally:
        thread.join()
        temporary.unlink(missing_ok=True)
    return archive


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave the account's name and number out."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InvalidInput(f"The file {path} exists already.", "Choose another name; nothing is replaced.")


def _not_opened(archive: Path) -> InvalidInput:
    return InvalidInput(
        f"The bundle {archive} cannot be opened: it was changed, is not whole, or is for another key.",
        "Ask whoever sent it for another copy, and compare its SHA-256.",
    )
