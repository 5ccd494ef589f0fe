from __future__ import annotations

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from forensic_app.reports.bidi import levels, visual_order

HEBREW = "אבגד"
ARABIC = "محمد"


def seen(line: str) -> str:
    """Return a line in visual order, without mirrored brackets."""
    ordered = visual_order(list(zip(line, levels(line), strict=True)), lambda each: each[1])
    return "".join(character for character, _ in ordered)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Łukasz (1985)", "000000000000 0"),
        ("Name שלום 12", "00000 1111 1 22"),
        ("שלום 12", "1111 1 22"),
        ("(1985) שלום", "1 2222 1 1 1111"),
        ("משה (בן דוד)", "111 1 1 11 1 111 1"),
        ("Name משה (בן דוד) x", "00000 111 1 1 11 1 111 1 0 0"),
        ("שלום (world) עולם", "1111 0 0 00000 0 0 1111"),
        ("محمد 12-34", "1111 1 22 1 22"),
        ("محمد 12,34", "1111 1 22222"),
        ("محمد ١٢٣", "1111 1 222"),
        ("فاطمة-1985", "11111 1 2222"),
        ("a ١٢", "0 0 00"),
        ("12 שלום", "22 1 1111"),
        ("x 12 שלום", "0 0 00 0 1111"),
        ("שָׁלוֹם", "1111111"),
        ("גברת דוד, 3", "1111 1 111 1 1 2"),
    ],
)
def test_levels_are_those_of_the_unicode_algorithm(line: str, expected: str) -> None:
    assert levels(line) == [int(each) for each in expected.replace(" ", "")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Name שלום 12", "Name 12 םולש"),
        ("שלום (עולם)", ")םלוע( םולש"),
        ("משה (בן דוד) 12", "12 )דוד ןב( השמ"),
        ("(1985) שלום", "םולש )1985("),
        ("Dr. שלום כהן (Tel Aviv)", "Dr. ןהכ םולש (Tel Aviv)"),
        ("tel 03-1234 שלום", "tel 03-1234 םולש"),
    ],
)
def test_names_with_numbers_and_brackets_are_in_visual_order(line: str, expected: str) -> None:
    assert seen(line) == expected


@given(st.text(alphabet=f"ab{HEBREW}{ARABIC} 12١٢()[]-,.:+%", min_size=1, max_size=12))
def test_order_is_that_of_the_library(line: str) -> None:
    is_right_to_left = not set(line) & set("ab") and bool(set(line) & set(HEBREW + ARABIC))
    assert seen(line) == get_display(line, base_dir="R" if is_right_to_left else "L")


def test_a_long_line_keeps_every_character() -> None:
    line = "שלום 12 עולם " * 1000
    assert sorted(seen(line)) == sorted(line)


def test_an_empty_line_has_no_levels() -> None:
    assert levels("") == []
    assert visual_order([], int) == []
