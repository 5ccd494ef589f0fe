"""Keys on a token, with the software token SoftHSM where it is installed."""

from __future__ import annotations

import copy
import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from forensic_app.errors import InvalidInput
from forensic_app.identity import token as tokens
from forensic_app.identity.certificates import Credentials, fingerprint, new_credentials
from forensic_app.identity.content_credentials import _signing
from forensic_app.identity.files import identity_file, load_identity
from forensic_app.identity.pdf_signing import sign_pdf
from forensic_app.workflows.laboratory_identity import identity_facts, take_token, unlock_identity

PIN = "1234"
MODULE = next(
    (
        path
        for path in (
            Path("/usr/lib/softhsm/libsofthsm2.so"),
            Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path("/usr/lib64/pkcs11/libsofthsm2.so"),
        )
        if path.exists()
    ),
    Path("/nowhere/libsofthsm2.so"),
)

Fill = Callable[..., Credentials]


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Return what puts a key and its certificates on a fresh token."""
    pkcs11 = pytest.importorskip(
        "pkcs11", reason="python-pkcs11 is not installed: pip install 'forensic-app[token]'"
    )
    if not MODULE.exists():
        pytest.skip("SoftHSM is not installed (softhsm2)")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    softhsm("--init-token", "--free", "--label", "Lab", "--pin", PIN, "--so-pin", "4321")
    library = pkcs11.lib(str(MODULE))
    library.reinitialize()

    def put(credentials: Credentials, *, label: str = "signing", number: int = 1) -> Credentials:
        key = tmp_path / f"{number}.pem"
        key.write_bytes(credentials.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        identifier = f"{number:02x}"
        softhsm("--import", str(key), "--token", "Lab", "--label", label, "--id", identifier, "--pin", PIN)
        library.reinitialize()
        with library.get_token(token_label="Lab").open(user_pin=PIN, rw=True) as session:
            put_certificate(session, credentials.certificate, label, bytes([number]))
            for above in credentials.chain:
                put_certificate(session, above, "authority", bytes([number + 100]))
        return credentials

    return put


def softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def put_certificate(session: Any, certificate: x509.Certificate, label: str, identifier: bytes) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass

    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.LABEL: label,
            Attribute.ID: identifier,
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.VALUE: certificate.public_bytes(Encoding.DER),
        }
    )


def on_curve() -> Credentials:
    return new_credentials("Laboratory on a card", now=datetime.now(UTC))[0]


def with_rsa() -> Credentials:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.ORGANIZATION_NAME, "RSA laboratory")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    return Credentials(key, certificate, ())


def pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 700, "A report")
    canvas.save()
    return out.getvalue()


def test_a_report_is_signed_with_a_key_that_stays_on_its_token(fill: Fill, tmp_path: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature

    on_card = fill(on_curve())
    home = tmp_path / "home"
    identity = take_token(home, MODULE, "Lab", PIN)
    assert identity.sha256 == fingerprint(on_card.certificate)
    assert identity.chain == on_card.chain
    assert identity_facts(identity)["token"] == "Lab"
    assert PIN not in identity_file(home).read_text()
    assert "BEGIN PRIVATE" not in identity_file(home).read_text()
    credentials = unlock_identity(home, PIN)
    signed = sign_pdf(pdf(), credentials, reason="Report")
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    status = validate_pdf_signature(signature)
    assert status.valid
    assert status.intact
    algorithm, sign = _signing(credentials)
    raw = sign(b"bytes")
    assert algorithm == "ES256"
    on_card.certificate.public_key().verify(  # type: ignore[union-attr,call-arg]
        utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        b"bytes",
        ec.ECDSA(hashes.SHA256()),  # type: ignore[arg-type]
    )
    assert tokens.stays_on_token(credentials.key)
    assert not tokens.stays_on_token(on_card.key)
    key = credentials.key
    assert copy.copy(key) is copy.deepcopy(key) is key
    for take in (key.private_numbers, key.private_bytes):
        with pytest.raises(RuntimeError, match="signs, and does nothing else"):
            take()  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match="issued by somebody else"):
        identity.authority_key(PIN)


def test_an_rsa_key_signs_in_both_forms(fill: Fill, tmp_path: Path) -> None:
    fill(with_rsa())
    credentials, _ = tokens.credentials_on(MODULE, "Lab", PIN)
    key, public = credentials.key, credentials.certificate.public_key()
    assert isinstance(key, rsa.RSAPrivateKey)
    assert isinstance(public, rsa.RSAPublicKey)
    assert key.key_size == 2048
    plain = padding.PKCS1v15()
    public.verify(key.sign(b"bytes", plain, hashes.SHA256()), b"bytes", plain, hashes.SHA256())
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    public.verify(key.sign(b"bytes", salted, hashes.SHA256()), b"bytes", salted, hashes.SHA256())
    assert sign_pdf(pdf(), credentials, reason="Report").startswith(pdf()[:8])


def test_what_a_token_does_not_do_is_said(fill: Fill, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(InvalidInput, match="holds 0 certificates"):
        take_token(home, MODULE, "Lab", PIN)
    fill(on_curve(), label="first", number=1)
    fill(on_curve(), label="second", number=2)
    with pytest.raises(InvalidInput, match=r"holds 2 certificates.*first, second"):
        take_token(home, MODULE, "Lab", PIN)
    with pytest.raises(InvalidInput, match="PIN of the token is wrong"):
        take_token(home, MODULE, "Lab", "9999")
    with pytest.raises(InvalidInput, match="token is not there"):
        take_token(home, MODULE, "Another", PIN)
    assert not identity_file(home).exists()
    identity = take_token(home, MODULE, "Lab", PIN, label="second")
    assert load_identity(home) == identity
    assert identity.token is not None
    gone = tokens.TokenPlace(str(MODULE), "Lab", "77")
    with pytest.raises(InvalidInput, match="does not hold the laboratory's key"):
        tokens.key_on(gone, identity.certificate, PIN)


def test_without_module_or_library_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "is_available", lambda: False)
    with pytest.raises(InvalidInput, match="not installed"):
        take_token(tmp_path, MODULE, "Lab", PIN)
    monkeypatch.undo()
    if tokens.is_available():
        with pytest.raises(InvalidInput, match="could not be used"):
            take_token(tmp_path, tmp_path / "none.so", "Lab", PIN)
