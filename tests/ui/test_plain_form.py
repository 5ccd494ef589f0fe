"""The run form asks for ages, variants and the adapter first, in plain words; nothing hidden is silent."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from forensic_app.engines import registry
from ui.parameter_names import CHOICES, FIRST, NAMES
from ui.parameter_words import parameter_name
from ui.runs.parameter_form import ParameterForm

AGING = registry.descriptor("aging").schema
ENGINES = registry.names()


@pytest.fixture
def form(qapp: QApplication, qtbot: Any) -> ParameterForm:
    made = ParameterForm(AGING)
    qtbot.addWidget(made)
    made.show()
    return made


def test_ages_variants_and_the_adapter_come_first_and_the_rest_is_folded(form: ParameterForm) -> None:
    seen = [each.name for each in AGING if form.field(each.name).isVisible()]
    assert sorted(seen) == ["adapter", "relatives", "target_ages", "variants"]
    tops = [form.field(name).mapTo(form, form.field(name).rect().topLeft()).y() for name in FIRST[:3]]
    assert tops == sorted(tops)
    form.fold.setChecked(True)
    assert all(form.field(each.name).isVisible() for each in AGING)
    assert list(form.given()) == [each.name for each in AGING], "the record's order is the schema's"


def test_what_is_folded_and_other_than_usual_is_counted(form: ParameterForm) -> None:
    assert form.fold.text() == "More settings"
    assert form.changed_settings() == []
    form.set_values({"variants": 3, "seed": 7, "settle": 0.3, "hair": "keep"})
    assert form.changed_settings() == ["seed", "settle", "hair"]
    assert form.fold.text() == "More settings (3 other than usual)"
    form.set_values({"seed": 0, "settle": None, "hair": "follow"})
    assert form.fold.text() == "More settings"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_setting_has_a_plain_name_and_tells_its_name_in_the_record(
    engine: str, qapp: QApplication, qtbot: Any
) -> None:
    schema = registry.descriptor(engine).schema
    form = ParameterForm(schema)
    qtbot.addWidget(form)
    shown = [parameter_name(each) for each in schema]
    assert len(set(shown)) == len(shown), "no two settings are called alike"
    assert form.changed_settings() == [], "a new form holds the usual values"
    for each in schema:
        widget: QWidget = form.field(each.name)
        assert each.name in NAMES
        assert "_" not in parameter_name(each)
        assert each.name in widget.toolTip()
        assert widget.accessibleName() == NAMES[each.name]


def test_no_name_is_left_over() -> None:
    every = {each.name: each for engine in ENGINES for each in registry.descriptor(engine).schema}
    assert set(NAMES) == set(every)
    assert set(FIRST) <= set(every)
    assert {name for name, _ in CHOICES} == {name for name, each in every.items() if each.choices}
    for name, choice in CHOICES:
        assert choice in every[name].choices
