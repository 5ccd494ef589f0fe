"""The laboratory's certificates, the key under a passphrase, and what is signed with it."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen.canvas import Canvas

from forensic_app.errors import InvalidInput, RecordNotFound, StoreUnavailable
from forensic_app.identity import certificates
from forensic_app.identity.certificates import (
    Credentials,
    credentials_from_pkcs12,
    days_left,
    new_credentials,
    organisation_of,
    pem,
    refuse_unfit,
)
from forensic_app.identity.files import identity_file, load_identity, save_identity
from forensic_app.identity.pdf_signing import sign_pdf
from forensic_app.identity.wrapping import unwrap, wrap
from forensic_app.workflows.laboratory_identity import (
    identity_facts,
    import_identity,
    make_identity,
    read_passphrase,
    unlock_identity,
)

NOW = dt.datetime.now(dt.UTC)
PASSPHRASE = "four words are enough"


@pytest.fixture(scope="module")
def credentials() -> Credentials:
    return new_credentials("Forensic Imaging Laboratory", now=NOW)[0]


@pytest.fixture(autouse=True)
def _quick_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensic_app.identity.wrapping.MEMORY_KIB", 1024)
    monkeypatch.setattr("forensic_app.identity.wrapping.ITERATIONS", 1)


def a_pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.drawString(100, 700, "A report")
    canvas.save()
    return stream.getvalue()


def issued(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    *extensions: x509.ExtensionType,
    start: dt.datetime = NOW - dt.timedelta(days=2),
    end: dt.datetime = NOW + dt.timedelta(days=2),
    signed_by: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issued elsewhere")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    return builder.sign(signed_by or key, hashes.SHA256())


class TestWrapping:
    def test_a_secret_comes_back_and_is_not_in_the_record(self) -> None:
        wrapped = wrap(b"the secret", PASSPHRASE)
        assert unwrap(json.loads(json.dumps(wrapped)), PASSPHRASE) == b"the secret"
        assert b"the secret".hex() not in json.dumps(wrapped)
        assert wrap(b"the secret", PASSPHRASE)["sealed"] != wrapped["sealed"]

    def test_a_wrong_passphrase_and_altered_numbers_open_nothing(self) -> None:
        wrapped = wrap(b"the secret", PASSPHRASE)
        with pytest.raises(InvalidInput, match="passphrase does not open"):
            unwrap(wrapped, PASSPHRASE.upper())
        with pytest.raises(InvalidInput, match="does not open"):
            unwrap({**wrapped, "iterations": 2}, PASSPHRASE)
        with pytest.raises(InvalidInput, match="empty"):
            wrap(b"the secret", "")

    @pytest.mark.parametrize(
        "change",
        [
            {"memory_kib": 1 << 40},
            {"iterations": 10**9},
            {"lanes": True},
            {"iterations": -1},
            {"kdf": "md5"},
            {"nonce": "00"},
            {"sealed": "no hex"},
            {"salt": 7},
        ],
    )
    def test_records_that_ask_for_too_much_or_are_none_are_damaged(self, change: dict[str, object]) -> None:
        with pytest.raises(StoreUnavailable, match="damaged"):
            unwrap({**wrap(b"the secret", PASSPHRASE), **change}, PASSPHRASE)


class TestCertificates:
    def test_a_new_certificate_signs_documents_and_nothing_else(self, credentials: Credentials) -> None:
        refuse_unfit(credentials, now=NOW)
        certificate, authority = credentials.certificate, credentials.chain[0]
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert (usage.value.digital_signature, usage.value.content_commitment) == (True, True)
        assert not usage.value.key_cert_sign
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert set(uses) == {ExtendedKeyUsageOID.EMAIL_PROTECTION, certificates.DOCUMENT_SIGNING}
        assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(authority)
        assert organisation_of(certificate) == "Forensic Imaging Laboratory"
        assert days_left(certificate, now=NOW) == certificates.VALID_DAYS - 1

    @pytest.mark.parametrize("name", ["", "   ", "x" * 65, "Ü" * 33, "bell\x07"])
    def test_names_that_a_certificate_cannot_hold_are_refused(self, name: str) -> None:
        with pytest.raises(InvalidInput, match="a certificate holds 1 to 64"):
            new_credentials(name, now=NOW)

    def test_long_names_fit(self) -> None:
        made, _ = new_credentials("Ü" * 32, now=NOW)
        assert organisation_of(made.certificate) == "Ü" * 32

    @pytest.mark.parametrize(
        ("extensions", "words"),
        [
            ([x509.BasicConstraints(ca=True, path_length=None)], "authority's"),
            ([certificates._usage(signs_certificates=True)], "not for signatures"),
            ([x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])], "another purpose"),
        ],
    )
    def test_certificates_for_another_use_are_refused(
        self, extensions: list[x509.ExtensionType], words: str
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(InvalidInput, match=words):
            refuse_unfit(Credentials(key, issued(key, *extensions), ()), now=NOW)

    def test_time_and_key_are_checked(self) -> None:
        key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        certificate = issued(key)
        refuse_unfit(Credentials(key, certificate, ()), now=NOW)
        with pytest.raises(InvalidInput, match="expired on"):
            refuse_unfit(Credentials(key, certificate, ()), now=NOW + dt.timedelta(days=3))
        with pytest.raises(InvalidInput, match="valid from"):
            refuse_unfit(Credentials(key, certificate, ()), now=NOW - dt.timedelta(days=3))
        with pytest.raises(InvalidInput, match="another key"):
            refuse_unfit(Credentials(other, certificate, ()), now=NOW)
        weak = rsa.generate_private_key(65537, 1024)
        with pytest.raises(InvalidInput, match="1024 bits"):
            refuse_unfit(Credentials(weak, issued(weak, signed_by=key), ()), now=NOW)

    def test_pkcs12_files(self, credentials: Credentials) -> None:
        data = pkcs12.serialize_key_and_certificates(
            b"lab",
            credentials.key,
            credentials.certificate,
            list(credentials.chain),
            BestAvailableEncryption(b"its own"),
        )
        found = credentials_from_pkcs12(data, "its own")
        assert found.certificate == credentials.certificate
        assert found.chain == credentials.chain
        with pytest.raises(InvalidInput, match="could not be opened"):
            credentials_from_pkcs12(data, "another")
        with pytest.raises(InvalidInput, match="could not be opened"):
            credentials_from_pkcs12(b"no such file", "")
        alone = pkcs12.serialize_key_and_certificates(
            None, None, None, list(credentials.chain), NoEncryption()
        )
        with pytest.raises(InvalidInput, match="no certificate with"):
            credentials_from_pkcs12(alone, "")


class TestFiles:
    def test_an_identity_is_made_kept_private_and_unlocked(self, tmp_path: Path) -> None:
        with pytest.raises(RecordNotFound, match="no laboratory identity"):
            load_identity(tmp_path)
        made = make_identity(tmp_path, "Lab", PASSPHRASE)
        path = identity_file(tmp_path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert "PRIVATE KEY" not in path.read_text()
        assert load_identity(tmp_path) == made
        assert unlock_identity(tmp_path, PASSPHRASE).certificate == made.certificate
        with pytest.raises(InvalidInput, match="does not open"):
            unlock_identity(tmp_path, "wrong")
        facts = identity_facts(made)
        assert facts["organisation"] == "Lab"
        assert facts["is_own_authority"]
        assert any("by another way" in each for each in facts["warnings"])

    def test_it_is_replaced_only_on_request_and_the_old_one_is_kept(self, tmp_path: Path) -> None:
        first = make_identity(tmp_path, "Lab", PASSPHRASE)
        with pytest.raises(InvalidInput, match="already"):
            make_identity(tmp_path, "Lab", PASSPHRASE)
        assert load_identity(tmp_path) == first
        second = make_identity(tmp_path, "Lab", PASSPHRASE, replaces=True)
        assert second.sha256 != first.sha256
        old = [each for each in identity_file(tmp_path).parent.iterdir() if each.name != "identity.json"]
        assert len(old) == 1
        assert pem(first.certificate).encode()[30:80] in old[0].read_bytes().replace(b"\\n", b"\n")

    def test_damage_and_open_permissions_are_said(self, tmp_path: Path) -> None:
        make_identity(tmp_path, "Lab", PASSPHRASE)
        path = identity_file(tmp_path)
        path.chmod(0o644)
        with pytest.raises(StoreUnavailable, match="read by others"):
            load_identity(tmp_path)
        path.chmod(0o600)
        whole = path.read_text()
        for text in (
            "",
            "[]",
            whole.replace("BEGIN", "BIGIN"),
            whole.replace('"version": 1', '"version": 2'),
        ):
            path.write_text(text)
            with pytest.raises(StoreUnavailable, match="damaged"):
                load_identity(tmp_path)

    def test_a_full_disk_leaves_the_old_identity(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = make_identity(tmp_path, "Lab", PASSPHRASE)

        def fail(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("forensic_app.identity.files.os.fsync", fail)
        with pytest.raises(StoreUnavailable, match="could not be written"):
            make_identity(tmp_path, "Lab", PASSPHRASE, replaces=True)
        monkeypatch.undo()
        assert load_identity(tmp_path) == first
        assert [each.name for each in identity_file(tmp_path).parent.iterdir()] == ["identity.json"]

    def test_an_expired_certificate_signs_nothing_and_cannot_be_imported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        old = issued(key, start=NOW - dt.timedelta(days=9), end=NOW - dt.timedelta(days=1))
        save_identity(tmp_path / "a", Credentials(key, old, ()), PASSPHRASE)
        with pytest.raises(InvalidInput, match="expired on"):
            unlock_identity(tmp_path / "a", PASSPHRASE)
        assert "expired" in identity_facts(load_identity(tmp_path / "a"))["warnings"][0]
        file = tmp_path / "lab.p12"
        file.write_bytes(pkcs12.serialize_key_and_certificates(None, key, old, None, NoEncryption()))
        with pytest.raises(InvalidInput, match="expired on"):
            import_identity(tmp_path / "b", file, "", PASSPHRASE)
        soon = issued(key)
        file.write_bytes(pkcs12.serialize_key_and_certificates(None, key, soon, None, NoEncryption()))
        made = import_identity(tmp_path / "b", file, "", PASSPHRASE)
        assert not made.is_own_authority
        assert identity_facts(made)["warnings"] == ["The certificate expires in 1 days."]

    def test_passphrase_files(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("one two three\nnot this\n")
        assert read_passphrase(file) == "one two three"
        file.write_text("\n")
        with pytest.raises(InvalidInput, match="is empty"):
            read_passphrase(file)
        file.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InvalidInput, match="no text"):
            read_passphrase(file)


class TestSignedPdf:
    @staticmethod
    def _status(data: bytes, credentials: Credentials):  # type: ignore[no-untyped-def]
        _, _, root = asn1_pem.unarmor(pem(credentials.chain[-1]).encode())
        context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(root)], allow_fetching=False)
        return validate_pdf_signature(PdfFileReader(io.BytesIO(data)).embedded_signatures[0], context)

    def test_the_signature_is_valid_trusted_and_covers_the_file(self, credentials: Credentials) -> None:
        data = a_pdf()
        signed = sign_pdf(data, credentials, reason="Report 1", place="Graz")
        assert signed.startswith(data)
        status = self._status(signed, credentials)
        assert status.bottom_line
        assert status.coverage.name == "ENTIRE_FILE"
        assert status.docmdp_ok
        reader = PdfFileReader(io.BytesIO(signed))
        assert reader.embedded_signatures[0].docmdp_level == MDPPerm.NO_CHANGES
        assert "/ETSI.CAdES.detached" in str(reader.embedded_signatures[0].sig_object["/SubFilter"])

    def test_a_changed_byte_voids_it(self, credentials: Credentials) -> None:
        signed = bytearray(sign_pdf(a_pdf(), credentials, reason="Report 1"))
        place = signed.index(b"endstream")
        signed[place - 3] ^= 1
        assert not self._status(bytes(signed), credentials).bottom_line

    def test_a_reviewer_may_sign_where_a_field_waits(self, credentials: Credentials) -> None:
        signed = sign_pdf(a_pdf(), credentials, reason="Report 1", has_reviewer_field=True)
        assert self._status(signed, credentials).bottom_line
        assert PdfFileReader(io.BytesIO(signed)).embedded_signatures[0].docmdp_level == MDPPerm.FILL_FORMS
        assert b"(Reviewer)" in signed

    def test_another_program_reads_it(self, credentials: Credentials, tmp_path: Path) -> None:
        if shutil.which("pdfsig") is None:
            pytest.skip("pdfsig of poppler is not installed")
        file = tmp_path / "signed.pdf"
        file.write_bytes(sign_pdf(a_pdf(), credentials, reason="Report 1"))
        said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        data = bytearray(file.read_bytes())
        data[data.index(b"endstream") - 3] ^= 1
        file.write_bytes(data)
        said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" not in said
