"""X.509 certificates of a laboratory: an authority of its own and a certificate to sign with, or one that is given.

Rules:
    * The certificate that signs has the key usages ``digitalSignature`` and ``contentCommitment``, critical, and the
      extended usages ``emailProtection`` (which content credentials ask for) and ``documentSigning``; none of an
      authority.
    * An authority that a laboratory made itself proves no more than that the same laboratory signed; who relies on it
      has to have its fingerprint by another way.

References:
    RFC 5280 (2008) for certificates; RFC 9336 (2022) for ``documentSigning``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from forensic_app.errors import InvalidInput

VALID_DAYS: Final = 3 * 365
AUTHORITY_VALID_DAYS: Final = 10 * 365
EXPIRES_SOON_DAYS: Final = 60
LEAST_RSA_BITS: Final = 2048
DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_EARLIER = timedelta(minutes=5)
_LONGEST_NAME = 64
_FITTING_USAGES: Final = frozenset(
    {DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key and what certifies it.

    Attributes:
        key: The private key.
        certificate: The certificate that it signs under.
        chain: Certificates above it, nearest first; the last one is what others have to trust.
    """

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


def new_credentials(organisation: str, *, now: datetime) -> tuple[Credentials, PrivateKey]:
    """Return a signing certificate under a new authority of the laboratory, and the authority's key.

    Args:
        organisation: Name of the laboratory, at most 64 bytes in UTF-8, as certificates allow.
        now: The present, aware.

    Raises:
        InvalidInput: The name is empty or too long for a certificate.
    """
    named = " ".join(organisation.split())
    length = len(named.encode())
    if not 0 < length <= _LONGEST_NAME or not named.isprintable():
        raise InvalidInput(
            f"The organisation's name has {length} bytes; a certificate holds 1 to {_LONGEST_NAME}, printable.",
            "Give the laboratory's name, shortened where it has to be.",
        )
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    title = f"{named} authority"
    name = _name(named, title if len(title.encode()) <= _LONGEST_NAME else "Authority")
    authority = (
        _builder(name, name, authority_key, now, AUTHORITY_VALID_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _builder(_name(named, named), name, key, now, VALID_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    return Credentials(key, certificate, (authority,)), authority_key


def credentials_from_pkcs12(data: bytes, passphrase: str) -> Credentials:
    """Return the key and the certificates of a PKCS#12 file.

    Args:
        data: The file (``.p12`` or ``.pfx``).
        passphrase: The file's own; empty for none.

    Raises:
        InvalidInput: The passphrase is wrong, the file is none, or it holds no key with a certificate.
    """
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase.encode() or None)
    except ValueError as error:
        raise InvalidInput(
            "The file could not be opened as PKCS#12: the passphrase is wrong, or it is no such file.",
            "Give the passphrase of the .p12 or .pfx file, as its issuer set it.",
        ) from error
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise InvalidInput(
            "The file holds no certificate with an RSA or elliptic-curve key.",
            "Export certificate and private key together into one PKCS#12 file.",
        )
    return Credentials(key, certificate, chain_above(certificate, others))


def chain_above(
    certificate: x509.Certificate, others: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return the certificates above one, nearest first, as far as ``others`` holds them."""
    chain: list[x509.Certificate] = []
    current = certificate
    while current.issuer != current.subject:
        above = next((each for each in others if each.subject == current.issuer and each not in chain), None)
        if above is None:
            break
        chain.append(above)
        current = above
    return tuple(chain)


def refuse_unfit(credentials: Credentials, *, now: datetime) -> None:
    """Refuse a certificate that may not sign a report at this moment.

    Raises:
        InvalidInput: It is an authority's, of another key, for another use, too weak, expired or not valid yet.
    """
    certificate = credentials.certificate
    advice = "Ask whoever issues your certificates for one to sign documents with, and import it."
    if certificate.public_key() != credentials.key.public_key():
        raise InvalidInput("The certificate belongs to another key.", advice)
    if isinstance(credentials.key, rsa.RSAPrivateKey) and credentials.key.key_size < LEAST_RSA_BITS:
        raise InvalidInput(
            f"The certificate's RSA key has {credentials.key.key_size} bits; {LEAST_RSA_BITS} are needed.",
            advice,
        )
    wrong = _wrong_use(certificate)
    if wrong:
        raise InvalidInput(f"The certificate {wrong}.", advice)
    if now > certificate.not_valid_after_utc:
        raise InvalidInput(
            f"The laboratory's certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}.",
            "Make a new identity with: identity new --replace, or import a new certificate.",
        )
    if now < certificate.not_valid_before_utc:
        raise InvalidInput(
            f"The laboratory's certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on.",
            "Check the clock of this workstation.",
        )


def days_left(certificate: x509.Certificate, *, now: datetime) -> int:
    """Return for how many whole days a certificate is valid yet; negative once it has expired."""
    return (certificate.not_valid_after_utc - now) // timedelta(days=1)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, by which others know it."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def organisation_of(certificate: x509.Certificate) -> str:
    """Return who the certificate says it is of: organisation, else common name, else the whole name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.subject.rfc4514_string()


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_bytes(key: PrivateKey) -> bytes:
    """Return a private key as unencrypted PKCS#8; it is to be wrapped at once."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _wrong_use(certificate: x509.Certificate) -> str:
    """Return what forbids that the certificate signs a document, as the rest of a sentence; empty for nothing."""
    extensions = certificate.extensions
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return "is an authority's, which signs certificates, not documents"
    except x509.ExtensionNotFound:
        pass
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            return "is not for signatures (its key usage)"
    except x509.ExtensionNotFound:
        pass
    try:
        uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if _FITTING_USAGES.isdisjoint(uses):
            return "is for another purpose, such as a web server's (its extended key usage)"
    except x509.ExtensionNotFound:
        pass
    return ""


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    start = now.astimezone(UTC).replace(microsecond=0) - _EARLIER
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
