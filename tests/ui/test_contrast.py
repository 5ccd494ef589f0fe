"""Edges of fields and texts are told from their ground in both themes, as WCAG 2.2 asks (1.4.3, 1.4.11)."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from ui.theme import DARK, LIGHT, Tokens, _palette, _style_sheet

THEMES = {"light": LIGHT, "dark": DARK}
FIELDS = ("QLineEdit", "QPlainTextEdit", "QTextEdit", "QSpinBox", "QDoubleSpinBox", "QComboBox", "QDateEdit")
TICKS = ("QCheckBox::indicator", "QRadioButton::indicator", "QListView::indicator")


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        channels = QColor(colour).getRgbF()[:3]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rules(tokens: Tokens) -> list[tuple[list[str], str]]:
    """Return selectors and body of every rule of the style sheet as it is applied."""
    sheet = re.sub(r"/\*.*?\*/", "", _style_sheet(tokens), flags=re.DOTALL)
    return [
        ([each.strip() for each in found[0].split(",")], found[1])
        for found in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    ]


def edge(tokens: Tokens, selector: str) -> str:
    """Return the colour of the last border that a selector gets."""
    found = [
        match[1]
        for selectors, body in rules(tokens)
        if selector in selectors
        for match in re.finditer(r"border(?:-color)?:[^;]*?(#[0-9a-f]{6})", body)
    ]
    assert found, selector
    return found[-1]


def test_the_measure() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("selector", [*FIELDS, *TICKS, "QFrame#dropZone"])
def test_the_edge_of_a_field_is_seen(qapp: QApplication, theme: str, selector: str) -> None:
    tokens = THEMES[theme]
    for ground in (tokens.surface, tokens.window, tokens.raised):
        assert contrast(edge(tokens, selector), ground) >= 3.0, ground


@pytest.mark.parametrize("theme", THEMES)
def test_the_edge_of_what_has_the_focus_is_seen(qapp: QApplication, theme: str) -> None:
    tokens = THEMES[theme]
    for selector in (*(f"{each}:focus" for each in FIELDS[:-1]), "QPushButton:focus", "QListView:focus"):
        assert contrast(edge(tokens, selector), tokens.surface) >= 3.0, selector


@pytest.mark.parametrize("theme", THEMES)
def test_texts_are_read_on_their_grounds(theme: str) -> None:
    tokens = THEMES[theme]
    for ink, grounds in {
        tokens.text: (tokens.window, tokens.surface, tokens.raised, tokens.accent_soft, tokens.warning_soft),
        tokens.muted: (tokens.window, tokens.surface, tokens.raised),
        tokens.accent_text: (tokens.accent,),
        tokens.warning: (tokens.warning_soft, tokens.surface),
        tokens.bad: (tokens.bad_soft, tokens.surface),
        tokens.good: (tokens.good_soft, tokens.surface),
        tokens.rail_text: (tokens.rail, tokens.rail_active),
    }.items():
        for ground in grounds:
            assert contrast(ink, ground) >= 4.5, (ink, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_links_and_placeholders_are_read(qapp: QApplication, theme: str) -> None:
    palette = _palette(THEMES[theme])
    base = palette.base().color().name()
    assert contrast(palette.link().color().name(), base) >= 4.5
    assert contrast(palette.placeholderText().color().name(), base) >= 4.5
