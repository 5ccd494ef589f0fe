"""Content credentials are written offline, hold no picture, and a changed byte voids them."""

from __future__ import annotations

import dataclasses
import io
import socket
from datetime import UTC, datetime

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from forensic_app.errors import InvalidInput
from forensic_app.identity import content_credentials as credentials_of
from forensic_app.identity.certificates import Credentials, new_credentials, pem

pytest.importorskip("c2pa")

MANIFEST = credentials_of.Manifest(
    "Derived image D-000001, run R-0001",
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
    "Forensic App, aging engine, model pack base",
    "1",
    "image/jpeg",
    "ab" * 32,
    {"run_id": "R-0001", "photograph_sha256": "ab" * 32},
)


@pytest.fixture(scope="module")
def laboratory() -> Credentials:
    return new_credentials("Laboratory Ä", now=datetime.now(UTC))[0]


def picture(kind: str) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_written_and_read(
    laboratory: Credentials, kind: str, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    plain = picture(kind)
    data = credentials_of.add_content_credentials(plain, media_type, MANIFEST, laboratory)
    assert len(data) - len(plain) < 10_000
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), np.asarray(Image.open(io.BytesIO(plain))))
    assert data.count(b"IEND") <= 1
    ours = credentials_of.read_content_credentials(data, media_type, anchors=pem(laboratory.chain[-1]))
    assert ours is not None
    assert (ours.is_valid, ours.is_ours) == (True, True)
    assert ours.origin["run_id"] == "R-0001"
    assert "Laboratory" in ours.signer
    theirs = credentials_of.read_content_credentials(data, media_type)
    assert theirs is not None
    assert (theirs.is_valid, theirs.is_ours) == (True, False)
    other = new_credentials("Another", now=datetime.now(UTC))[0]
    strange = credentials_of.read_content_credentials(data, media_type, anchors=pem(other.chain[-1]))
    assert strange is not None
    assert strange.is_ours is False


def test_a_changed_picture_voids_them(laboratory: Credentials) -> None:
    data = bytearray(
        credentials_of.add_content_credentials(picture("PNG"), "image/png", MANIFEST, laboratory)
    )
    data[-200] ^= 1
    found = credentials_of.read_content_credentials(bytes(data), "image/png")
    assert found is not None
    assert not found.is_valid
    assert "assertion.dataHash.mismatch" in found.faults


def test_none_and_damaged_ones(laboratory: Credentials) -> None:
    assert credentials_of.read_content_credentials(picture("PNG"), "image/png") is None
    data = credentials_of.add_content_credentials(picture("JPEG"), "image/jpeg", MANIFEST, laboratory)
    for cut in (30, 500, 4000):
        found = credentials_of.read_content_credentials(data[:cut], "image/jpeg")
        assert found is None or not found.is_valid


def test_a_key_on_a_token_signs_where_the_library_asks_back(
    laboratory: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials_of, "stays_on_token", lambda _: True)
    plain = picture("PNG")
    data = credentials_of.add_content_credentials(plain, "image/png", MANIFEST, laboratory)
    assert 10_000 < len(data) - len(plain) < 20_000
    found = credentials_of.read_content_credentials(data, "image/png", anchors=pem(laboratory.chain[-1]))
    assert found is not None
    assert (found.is_valid, found.is_ours) == (True, True)


def test_a_curve_that_cannot_sign_is_refused(laboratory: Credentials) -> None:
    odd = Credentials(ec.generate_private_key(ec.SECP256K1()), laboratory.certificate, laboratory.chain)
    with pytest.raises(InvalidInput, match="secp256k1"):
        credentials_of.add_content_credentials(picture("PNG"), "image/png", MANIFEST, odd)


def test_a_sheet_names_every_image_on_it(laboratory: Credentials) -> None:
    images = tuple(f"{number:02x}" * 32 for number in range(12))
    manifest = dataclasses.replace(
        MANIFEST, origin={"run_id": "R-0001, R-0002"}, photograph_sha256="", placed_sha256=images
    )
    plain = picture("PNG")
    data = credentials_of.add_content_credentials(plain, "image/png", manifest, laboratory)
    assert len(data) - len(plain) < 10_000
    found = credentials_of.read_content_credentials(data, "image/png", anchors=pem(laboratory.chain[-1]))
    assert found is not None
    assert (found.is_valid, found.is_ours, found.faults) == (True, True, ())
    assert found.origin["run_id"] == "R-0001, R-0002"
    assert all(each.encode() in data for each in images)
    changed = data[:-60] + bytes([data[-60] ^ 1]) + data[-59:]
    altered = credentials_of.read_content_credentials(changed, "image/png")
    assert altered is None or not altered.is_valid
