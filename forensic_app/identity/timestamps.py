"""Time-stamps of a log's signed head: a request for an authority, its reply checked, and one by the workstation itself.

Rules:
    * What is stamped is the text of a signed head (a note): whoever stamps learns a digest, and nothing of a case.
    * A reply counts only under an authority that the examiner trusts: its certificate is given with the reply.
    * A stamp that the laboratory makes itself says what the workstation's clock said, and is called that.

References:
    RFC 3161 (2001), RFC 5816 (2010); ETSI EN 319 422 (2016).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from forensic_app.errors import InvalidInput
from forensic_app.identity.certificates import PrivateKey, key_bytes, organisation_of

SHA256_OID: Final = "2.16.840.1.101.3.4.2.1"
LOCAL_POLICY: Final = "2.25.157843716231042687906433122083947216403"
"""Policy of stamps that a workstation makes: the time is its own clock's (an arc under a UUID, ITU-T X.667)."""
_LOCAL_KEY_BITS: Final = 2048
_MOST_CERTIFICATES: Final = 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a reply says.

    Attributes:
        time: When, aware UTC.
        authority: Who stamped, as its certificate names it.
        serial: The stamp's number, in decimal digits.
        policy: Object identifier of the authority's policy.
        is_local: Whether the workstation made it itself.
    """

    time: datetime
    authority: str
    serial: str
    policy: str
    is_local: bool


def request_for(data: bytes) -> bytes:
    """Return the request that an authority stamps the SHA-256 of ``data``, DER (``.tsq``), the same each time."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    request: bytes = builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()
    return request


def stamped_sha256(reply: bytes) -> str:
    """Return the SHA-256 that a reply stamps.

    Raises:
        InvalidInput: It is no reply, refuses, or stamps a digest of another kind.
    """
    imprint = _decoded(reply).tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise InvalidInput(
            "The reply stamps a digest of another kind than SHA-256.", "Send the request as it was written."
        )
    return bytes(imprint.message).hex()


def checked_stamp(reply: bytes, data: bytes, anchors: Sequence[x509.Certificate]) -> Stamp:
    """Return what a reply says of ``data``, once its signature and the chain to a trusted certificate are checked.

    Args:
        reply: The authority's answer, DER (``.tsr``).
        data: What was stamped.
        anchors: Certificates that are trusted, roots first or alone; more may be authorities between.

    Raises:
        InvalidInput: It is no reply, stamps something else, or no trusted authority signed it.
    """
    found = _decoded(reply)
    builder = VerifierBuilder(roots=[], intermediates=[])
    for each in anchors:
        builder = builder.add_root_certificate(each)
    try:
        builder.build().verify_message(found, data)
    except (VerificationError, ValueError) as error:
        raise InvalidInput(
            f"The time-stamp does not verify: {_reason(error)}.",
            "Give the certificate of the authority that stamped (--trust), and the reply to this request.",
        ) from error
    told = found.tst_info
    policy = told.policy.dotted_string if told.policy is not None else ""
    return Stamp(
        time=told.gen_time.astimezone(UTC),
        authority=_signer(found),
        serial=str(told.serial_number),
        policy=policy,
        is_local=policy == LOCAL_POLICY,
    )


def certificates_in(data: bytes) -> list[x509.Certificate]:
    """Return the certificates of a file, PEM (one or several) or DER.

    Raises:
        InvalidInput: It holds none.
    """
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise InvalidInput(
            "The file holds no certificate.", "Give the authority's certificate as PEM or DER."
        ) from error
    if len(found) > _MOST_CERTIFICATES:
        raise InvalidInput(
            f"The file holds {len(found)} certificates.", "Give the one of the authority that stamped."
        )
    return found


def local_reply(
    request: bytes, authority: x509.Certificate, authority_key: PrivateKey, *, now: datetime
) -> bytes:
    """Return a reply that the laboratory's own authority vouches for, at the time of the workstation's clock.

    The key that signs is made for this stamp alone and kept nowhere.

    Args:
        request: From :func:`request_for`.
        authority: Certificate of the laboratory's authority.
        authority_key: Its key.
        now: The workstation's time, aware.
    """
    from asn1crypto import keys, tsp
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.timestamps import DummyTimeStamper

    class LocalStamper(DummyTimeStamper):
        """Stamps under the policy that says whose clock it was."""

        def _build_tst_info(self, message_imprint: Any, dt: datetime, req: Any) -> Any:
            info = super()._build_tst_info(message_imprint, dt, req)
            info["policy"] = tsp.ObjectIdentifier(LOCAL_POLICY)
            return info

    key = rsa.generate_private_key(public_exponent=65537, key_size=_LOCAL_KEY_BITS)
    certificate = _stamping_certificate(authority, authority_key, key, now)
    stamper = LocalStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(key_bytes(key)),
        fixed_dt=now.astimezone(UTC).replace(microsecond=0),
    )
    reply: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
    return reply


def as_record(stamp: Stamp) -> Mapping[str, Any]:
    """Return what a custody event says of a stamp, JSON types only."""
    return {
        "time": stamp.time.isoformat(),
        "authority": stamp.authority,
        "serial": stamp.serial,
        "policy": stamp.policy,
        "is_local": stamp.is_local,
    }


def _decoded(reply: bytes) -> TimeStampResponse:
    try:
        found = decode_timestamp_response(reply)
        _ = found.tst_info
    except ValueError as error:
        raise InvalidInput(
            "The file is no reply of a time-stamping authority, or the authority refused.",
            "Give the file that it answered with (.tsr), as it came.",
        ) from error
    return found


def _reason(error: Exception) -> str:
    """Return what is wrong with a stamp, without the inner life of the library that found it."""
    found = re.search(r"Verify error: ?([^\"]+)", str(error))
    return found.group(1) if found else str(error).partition(": ErrorStack")[0].rstrip(".")


def _signer(found: TimeStampResponse) -> str:
    signers = list(found.signed_data.signer_infos)
    for each in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(bytes(each))
        if any(certificate.serial_number == signer.serial_number for signer in signers):
            return organisation_of(certificate)
    return ""


def _stamping_certificate(
    authority: x509.Certificate, authority_key: PrivateKey, key: rsa.RSAPrivateKey, now: datetime
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation_of(authority)),
            x509.NameAttribute(NameOID.COMMON_NAME, "Clock of a workstation"),
        ]
    )
    start = max(now.astimezone(UTC) - timedelta(minutes=5), authority.not_valid_before_utc)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(authority.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
