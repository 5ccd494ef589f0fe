"""A laboratory's key on a token or smart card (PKCS#11): it signs there and never leaves it.

Rules:
    * The library is an extra, and the token's own module is the maker's; where either is missing, that is said.
    * The PIN is asked for whenever something is signed, and kept nowhere. A wrong one is said, and tried once. A token
      is unlocked as long as one of its keys is in use in this process, and for no longer.
    * The keys here are keys of ``cryptography``: whoever signs with them need not know where they lie.

References:
    OASIS PKCS #11 v3.1 (2023).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.asymmetric.padding import PSS

from forensic_app.errors import InvalidInput
from forensic_app.identity.certificates import Credentials, PrivateKey, chain_above

MISSING: Final = "Keys on a token need a library that is not installed."
_DIGESTS: Final = {"sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a key lies.

    Attributes:
        module: The PKCS#11 module of the token's maker (a shared library).
        token: Label of the token.
        key_id: Identifier of the key on it, hexadecimal.
    """

    module: str
    token: str
    key_id: str


def is_available() -> bool:
    """Whether keys on tokens can be used here."""
    return importlib.util.find_spec("pkcs11") is not None


def credentials_on(module: Path, token: str, pin: str, *, label: str = "") -> tuple[Credentials, TokenPlace]:
    """Return the key of a token with its certificates, and where it lies.

    Args:
        module: The maker's module.
        token: Label of the token.
        pin: The user's PIN.
        label: Label of the certificate, where the token holds several with a key.

    Raises:
        InvalidInput: The library, the module, the token or the key is not there, the PIN is wrong, or there are several
            keys.
    """
    with _told():
        from pkcs11 import Attribute, ObjectClass

        session = _session(TokenPlace(str(module), token, ""), pin)
        found: list[tuple[x509.Certificate, bytes, str]] = [
            (
                x509.load_der_x509_certificate(bytes(each[Attribute.VALUE])),
                bytes(each[Attribute.ID]),
                str(each[Attribute.LABEL]),
            )
            for each in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        keys = {
            bytes(each[Attribute.ID])
            for each in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        }
        session.close()
    own = [each for each in found if each[1] in keys and label in ("", each[2])]
    if len(own) != 1:
        named = ", ".join(sorted({each[2] for each in own})) or "none"
        raise InvalidInput(
            f"The token {token} holds {len(own)} certificates with a key that fit: {named}.",
            "Name one by its label (--label), or put the key's certificate on the token under the same identifier.",
        )
    certificate, identifier, _ = own[0]
    place = TokenPlace(str(module), token, identifier.hex())
    chain = chain_above(certificate, [each[0] for each in found])
    return Credentials(key_on(place, certificate, pin), certificate, chain), place


def key_on(place: TokenPlace, certificate: x509.Certificate, pin: str) -> PrivateKey:
    """Return the key of a token, unlocked until the program ends.

    Raises:
        InvalidInput: The library, the module, the token or the key is not there, or the PIN is wrong.
    """
    with _told():
        session = _session(place, pin)
        held = _Held(session, bytes.fromhex(place.key_id))
    public = certificate.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        return _CurveKey(held, public)
    if isinstance(public, rsa.RSAPublicKey):
        return _RsaKey(held, public)
    raise InvalidInput(
        "The key on the token is of a kind that this program does not sign with.",
        "Use an RSA or elliptic-curve key.",
    )


def stays_on_token(key: PrivateKey) -> bool:
    """Return whether a key signs on its token, and cannot be read."""
    return isinstance(key, _CurveKey | _RsaKey)


class _Held:
    """A key on a token, whose session ends with it."""

    def __init__(self, session: Any, identifier: bytes) -> None:
        from pkcs11 import ObjectClass

        self._session = session
        self._key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=identifier)

    def sign(self, data: bytes, **how: Any) -> bytes:
        """Return the token's signature of ``data``."""
        with _told():
            return bytes(self._key.sign(data, **how))

    def __del__(self) -> None:
        with suppress(Exception):
            self._session.close()


def _session(place: TokenPlace, pin: str) -> Any:
    import pkcs11

    token = pkcs11.lib(place.module).get_token(token_label=place.token)
    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:
        return token.open()  # a key of this token is in use: its PIN was right


@contextmanager
def _told() -> Iterator[None]:
    """Say what a token does not do in a sentence."""
    if not is_available():
        raise InvalidInput(MISSING, "Install it: pip install forensic-app[token].")
    import pkcs11

    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
        raise InvalidInput(
            "The PIN of the token is wrong.", "Type it again; a token locks itself after a few wrong ones."
        ) from error
    except pkcs11.PinLocked as error:
        raise InvalidInput(
            "The token is locked: its PIN was wrong too often.", "Ask whoever issues the token to unlock it."
        ) from error
    except (pkcs11.NoSuchToken, pkcs11.TokenNotPresent, pkcs11.DeviceRemoved) as error:
        raise InvalidInput("The token is not there.", "Put it in, or check its label and reader.") from error
    except pkcs11.NoSuchKey as error:
        raise InvalidInput(
            "The token does not hold the laboratory's key.",
            "Put in the right one, or take the identity from it anew.",
        ) from error
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise InvalidInput(
            f"The token could not be used: {str(error) or type(error).__name__}.",
            "Check the module's path (--module), the reader and its driver.",
        ) from error


class _CurveKey(ec.EllipticCurvePrivateKey):
    """A key on an elliptic curve that signs on its token."""

    def __init__(self, held: _Held, public: ec.EllipticCurvePublicKey) -> None:
        self._held, self._public = held, public

    def sign(
        self, data: bytes | bytearray | memoryview, signature_algorithm: ec.EllipticCurveSignatureAlgorithm
    ) -> bytes:
        from pkcs11 import Mechanism

        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, utils.Prehashed):
            digest = bytes(data)
        else:
            hashing = hashes.Hash(algorithm)
            hashing.update(data)
            digest = hashing.finalize()
        raw = self._held.sign(digest, mechanism=Mechanism.ECDSA)
        half = len(raw) // 2
        return utils.encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:  # noqa: ARG002
        _stays()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _stays()

    def private_bytes(self, *_: Any, **__: Any) -> bytes:
        _stays()

    def __copy__(self) -> ec.EllipticCurvePrivateKey:
        return self

    def __deepcopy__(self, memo: Any) -> ec.EllipticCurvePrivateKey:
        del memo
        return self


class _RsaKey(rsa.RSAPrivateKey):
    """An RSA key that signs on its token."""

    def __init__(self, held: _Held, public: rsa.RSAPublicKey) -> None:
        self._held, self._public = held, public

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:
        from pkcs11 import MGF, Mechanism

        name = _DIGESTS[algorithm.name]
        if isinstance(padding, PSS):
            parameters = (getattr(Mechanism, name), getattr(MGF, name), algorithm.digest_size)
            way = getattr(Mechanism, f"{name}_RSA_PKCS_PSS")
            return self._held.sign(data, mechanism=way, mechanism_param=parameters)
        return self._held.sign(data, mechanism=getattr(Mechanism, f"{name}_RSA_PKCS"))

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def decrypt(self, ciphertext: bytes, padding: Any) -> bytes:  # noqa: ARG002
        _stays()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        _stays()

    def private_bytes(self, *_: Any, **__: Any) -> bytes:
        _stays()

    def __copy__(self) -> rsa.RSAPrivateKey:
        return self

    def __deepcopy__(self, memo: Any) -> rsa.RSAPrivateKey:
        del memo
        return self


def _stays() -> NoReturn:
    raise RuntimeError("a key on a token signs, and does nothing else")
