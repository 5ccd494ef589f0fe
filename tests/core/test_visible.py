"""What came from outside, made visible: controls, directions, joiners; the verifier's own copy agrees."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensic_app.verify import _visible
from forensic_app.visible import visible, visible_json, visible_lines

ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
        st.sampled_from("ab<&>\u200c\u200d\u180e\u0915\u094d\u0937\u0647\u0627\u0d28\u0d4d\U00011013\u3164"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("\x7f\x80\x9b", "\\x7f\\x80\\x9b"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
        ("\u2028\u2029\u200b\ufeff\u00ad", "\\u2028\\u2029\\u200b\\ufeff\\xad"),
        ("\udc80", "\\udc80"),
        ("\U000e0041\ue000", "\\U000e0041\\ue000"),
        ("a\u200db \u200c", "a\\u200db \\u200c"),
        ("\u3164\u115f", "\\u3164\\u115f"),
    ],
)
def test_what_acts_or_hides_is_spelt_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert _visible(text) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Müller, Zoë (3) – 50 %.jpg",
        "فرید خانه\u200cها.jpg",
        "רחל ינאית.png",
        "བོད་ཡིག་༼ཀ༽.jpg",
        "श्र\u0915\u094d\u200d\u0937.jpg",
        "അവന\u0d4d\u200d",
        "ශ\u0dca\u200dරී.png",
        "田中\u3000太郎.png",
        "C:\\photos\\a.jpg",
        "5\u00a0Jahre \u2764\ufe0f",
        "\u0600\u0661",
    ],
)
def test_names_of_every_script_stay_as_they_are(name: str) -> None:
    assert visible(name) == name
    assert _visible(name) == name


@given(ANYTHING)
def test_nothing_that_is_shown_can_act(text: str) -> None:
    shown = visible(text)
    joiners = "\u200c\u200d\u180e"
    assert all(
        each in joiners or unicodedata.category(each) not in {"Cc", "Cs", "Zl", "Zp"} for each in shown
    )
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert visible(shown) == shown
    assert _visible(text) == shown
    assert len(visible_lines(text)) == 1 + text.replace("\r\n", "\n").count("\n")
    assert all(visible(line) == line for line in visible_lines(text))


@given(st.dictionaries(ANYTHING, st.one_of(ANYTHING, st.integers(), st.none()), max_size=5))
def test_json_means_the_same_and_holds_nothing_hidden(value: dict[str, object]) -> None:
    shown = visible_json(value)
    assert json.loads(shown) == json.loads(json.dumps(value))
    assert all(visible(line) == line for line in shown.split("\n"))


def test_the_verifier_agrees_on_every_character() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        text = f"\u0915{character}\u0915" if code % 2 else f"a{character}"
        assert visible(text) == _visible(text), f"U+{code:04X}"
