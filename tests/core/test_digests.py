"""Digests and canonical JSON against published vectors and the standard library."""

from __future__ import annotations

import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensic_app import digests
from forensic_app.digests import canonical_json, is_sha256, sha256_of_bytes, sha256_of_file

AWKWARD = 'aZ09_ "\\/\b\f\n\r\t\0\x1f\x7f\x80\u2028\u20ac\ud7ff\ufeff\U0001f600'
TEXTS_AND_INTEGERS = st.dictionaries(
    st.text(st.sampled_from("abcxyz_09"), min_size=1),
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.sampled_from(AWKWARD)),
)


def test_digest_of_bytes_is_the_published_one():
    assert sha256_of_bytes(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 33])
def test_digest_of_a_file_reads_every_chunk(tmp_path, monkeypatch, size):
    monkeypatch.setattr(digests, "CHUNK_BYTES", 16)
    path = tmp_path / "photo"
    path.write_bytes(bytes(range(size)))
    assert sha256_of_file(path) == hashlib.sha256(bytes(range(size))).hexdigest()


def test_digest_of_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        sha256_of_file(tmp_path / "nothing")


def test_canonical_json_is_the_example_of_rfc_8785():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical_json(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@given(TEXTS_AND_INTEGERS)
def test_rows_of_text_and_integers_need_only_the_standard_library(row):
    expected = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical_json(row) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, "\ud800", {1: "a"}, object()])
def test_what_json_cannot_hold_exactly_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        canonical_json({"value": value} if not isinstance(value, dict) else value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 64, True),
        ("A" * 64, False),
        ("a" * 63, False),
        ("a" * 64 + "\n", False),
        ("../" + "a" * 61, False),
    ],
)
def test_only_lower_case_hexadecimal_is_a_sha256(text, expected):
    assert is_sha256(text) is expected
