"""The file of a gallery's batch: what goes in comes out, the same faces give the same bytes, nothing else is read."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensic_app.gallery_files import (
    MAGIC,
    MOST_FACES,
    Derivation,
    GalleryFace,
    MadeWith,
    TemplateKind,
    decode_batch,
    encode_batch,
    face_id,
    photographs_of,
    place_of,
    templates_of,
)

MADE_WITH = MadeWith("dlib", "1", {"recognition": "a" * 64})
FACE = GalleryFace(
    "0" * 16, "Ana Núñez", "1971", "1990-05", "Register", "ana.jpg", "b" * 64, 11, (1.0, 2.0, 30.5, 40.0), 1,
    19.0, "stated",
)  # fmt: skip
AGED = dataclasses.replace(
    FACE, age=40.0, age_origin="asked for", kind=TemplateKind.DERIVED,
    derivation=Derivation("GB-000001-000", 19.0, "base", "2.2", "c" * 64, "aging", "3", 0, True),
)  # fmt: skip
ONES = np.ones((2, 4), np.float32)


def changed(**values):
    """Return a batch's file whose first face has other values; ``None`` takes one away."""
    data = encode_batch(MADE_WITH, 0, [FACE, AGED], ONES)
    header = json.loads(data[16 : 16 + int.from_bytes(data[8:16], "little")])
    values_bytes = data[16 + int.from_bytes(data[8:16], "little") :]
    place = values.pop("place", 0)
    for name, value in values.items():
        target = header if name in header else header["faces"][place]
        target[name] = value
    text = json.dumps(header).encode()
    return MAGIC + len(text).to_bytes(8, "little") + text + values_bytes


def test_what_goes_in_comes_out():
    data = encode_batch(MADE_WITH, 0, [FACE, AGED], ONES * 0.25)
    found = decode_batch(data)
    assert (found.made_with, found.faces) == (MADE_WITH, (FACE, AGED))
    assert (found.templates == 0.25).all()
    assert not found.templates.flags.writeable
    assert data != encode_batch(MADE_WITH, 1, [FACE, AGED], ONES * 0.25)
    assert data == encode_batch(MADE_WITH, 0, [FACE, AGED], ONES * 0.25)
    assert (templates_of(data, 4) == found.templates).all()
    assert photographs_of(data) == {"b" * 64: 11}
    assert (len(data) - ONES.nbytes) % 64 == 0


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3),
)
def test_every_name_and_number_comes_back(name, numbers):
    face = dataclasses.replace(FACE, name=name)
    found = decode_batch(encode_batch(MADE_WITH, 0, [face], np.array([numbers], np.float32)))
    assert found.faces == (face,)
    assert found.templates.tolist() == [numbers]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "does not begin"),
        (MAGIC + (1 << 40).to_bytes(8, "little"), "does not begin"),
        (MAGIC + (9).to_bytes(8, "little") + b"{}", "does not begin"),
        (MAGIC + (2).to_bytes(8, "little") + b"[]", "JSON object"),
        (encode_batch(MADE_WITH, 0, [FACE], ONES[:1])[:-1], "another length"),
        (encode_batch(MADE_WITH, 0, [FACE], ONES[:1]) + bytes(16), "another number of templates"),
        (encode_batch(MADE_WITH, 0, [FACE], ONES[:1])[:-4] + b"\x00\x00\xc0\x7f", "not finite"),
        (changed(embedding_size=0), "length of a template"),
        (changed(embedding_size=True), "length of a template"),
        (changed(ordinal=-1), "batches before"),
        (changed(format=2), "lists no faces"),
        (changed(faces=[]), "lists no faces"),
        (changed(faces=["x", "y"]), "is none"),
        (changed(weights_sha256={"a": "b"}), "names no matcher"),
        (changed(analyser=3), "analyser is no text"),
        (changed(kind="sketch"), "not a valid TemplateKind"),
        (changed(kind="derived"), "how it was made"),
        (changed(place=1, derivation="no"), "how it was made"),
        (changed(place=1, derivation={"is_located": True, "source_face": "x"}), "no face of a gallery"),
        (changed(box=[1, 2]), "no place"),
        (changed(box=[1, 2, 3, "4"]), "is no number"),
        (changed(photo_sha256="../../etc/passwd"), "names no photograph"),
        (changed(age="old"), "an age is no number"),
        (changed(photo_size_bytes=-1), "size of a photograph"),
    ],
)
def test_what_is_no_batch_is_refused_with_the_reason(data, message):
    with pytest.raises(ValueError, match=message):
        decode_batch(data)


def test_numbers_that_do_not_fit_are_not_written():
    for faces, templates in (([FACE], ONES), ([], ONES[:0]), ([FACE] * (MOST_FACES + 1), np.ones((257, 4)))):
        with pytest.raises(ValueError, match="templates"):
            encode_batch(MADE_WITH, 0, faces, np.asarray(templates, np.float32))
    with pytest.raises(ValueError, match="not finite"):
        encode_batch(MADE_WITH, 0, [FACE], np.full((1, 4), np.nan, np.float32))


def test_a_length_from_elsewhere_is_checked():
    data = encode_batch(MADE_WITH, 0, [FACE], ONES[:1])
    for size in (0, -4, 1 << 20):
        with pytest.raises(ValueError, match="length of a template"):
            templates_of(data, size)


def test_a_face_is_named_by_its_batch_and_its_place():
    assert face_id("GB-000012", 7) == "GB-000012-007"
    assert place_of("GB-000012-255") == ("GB-000012", 255)
    for wrong in ("", "007", "GB-000012-7", "GB-000012-x07", "-007", "GB-000001-\u0661\u0661\u0661"):
        with pytest.raises(ValueError, match="no face"):
            place_of(wrong)
