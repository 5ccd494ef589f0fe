from __future__ import annotations

import math
import subprocess
import sys

import pytest

from forensic_app.engines import registry
from forensic_app.engines.aging.prompts import PERSONAL_TEMPLATE, caption
from forensic_app.engines.aging.schema import (
    SCHEMA,
    caption_age,
    detail_for_gap,
    edited_from,
    push_for_gap,
    start_step,
    strength_for_gap,
)
from forensic_app.engines.pictures.ages import AGE_GROUPS, check_source_age, group_of_age, parse_target_ages
from forensic_app.errors import InvalidInput, PackRefused
from forensic_app.parameters import resolve


def test_names_and_numbers_of_ages():
    assert parse_target_ages("8,16,child,senior") == [8.0, 16.0, 75.0]
    assert parse_target_ages(" Young  Adult , middle-aged,34.5 ") == [27.0, 45.0, 34.5]
    assert parse_target_ages("child,teen,young,adult,middle-aged,elderly,old") == [
        group.target_age for group in AGE_GROUPS
    ]


@pytest.mark.parametrize("text", ["", " , ", "baby", "1.9", "101", "nan", "inf", "-5", "8;16", "1e3"])
def test_refuses_what_is_no_age(text):
    with pytest.raises(InvalidInput) as caught:
        parse_target_ages(text)
    assert caught.value.advice


def test_groups_hold_their_target_and_leave_no_gap():
    for group in AGE_GROUPS:
        assert group_of_age(group.target_age) is group
        assert group_of_age(group.first_age) is group
        assert group_of_age(group.last_age + 0.9) is group
    assert group_of_age(2).name == "child"
    assert group_of_age(104).name == "old"


def test_source_ages_under_two_are_refused():
    check_source_age(2.0)
    for age in (1.9, 0.0, -3.0, 200.0, float("nan")):
        with pytest.raises(InvalidInput):
            check_source_age(age)


def test_captions():
    assert caption(34.4) == "photo of person as 34-year-old"
    assert caption(34.5, sex="female") == "photo of woman as 35-year-old"
    assert caption(150, sex="male") == "photo of man as 116-year-old"
    assert caption(-2, sex="other") == "photo of person as 0-year-old"
    assert caption(34, sex="male", template=PERSONAL_TEMPLATE) == "photo of sks person as 34-year-old"
    for template in ("photo of {person}", "{age} {name}", "{age"):
        with pytest.raises(PackRefused):
            caption(34, template=template)


def test_strength_never_falls_with_the_gap():
    strengths = [strength_for_gap(gap, maximum_strength=0.8) for gap in range(80)]
    assert strengths == sorted(strengths)
    assert strengths[0] == pytest.approx(0.4)
    assert strengths[-1] <= 0.8
    assert strength_for_gap(-20, maximum_strength=0.8) == strengths[20]
    assert strength_for_gap(20, maximum_strength=0.4) == pytest.approx(strengths[20] / 2)
    details = [detail_for_gap(gap, detail_keep=0.5) for gap in range(80)]
    assert details == sorted(details, reverse=True)
    assert details[0] == 0.5
    assert [start_step(strength, 20) for strength in (0.001, 0.5, 1.0)] == [1, 10, 20]


def test_schema_fills_in_every_default():
    resolved = resolve(SCHEMA, {})
    assert resolved["target_ages"] == [8.0, 16.0, 27.0, 45.0, 62.0, 75.0]
    assert resolved["source_age"] is None
    assert resolve(SCHEMA, {"source_age": 40})["source_age"] == 40.0
    for name, value in (("source_age", 1), ("variants", 9), ("seed", 2**31), ("strength", 0.01)):
        with pytest.raises(InvalidInput):
            resolve(SCHEMA, {name: value})
    assert "band" not in resolved


def test_registry_knows_its_engines():
    assert "aging" in registry.names()
    assert registry.descriptor("aging").schema is SCHEMA
    assert registry.descriptor("aging").version
    with pytest.raises(InvalidInput, match="no engine named"):
        registry.descriptor("morphing")


def test_schema_captions_and_packs_need_no_torch():
    code = (
        "import sys, forensic_app.engines.registry, forensic_app.engines.packs.importing,"
        "forensic_app.engines.pictures.marking, forensic_app.engines.aging.prompts, os;"
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules);"
        "assert os.environ['HF_HUB_OFFLINE'] == os.environ['TRANSFORMERS_OFFLINE'] == '1'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_pack_says_how_hard_each_gap_is_pushed():
    editing = {"gap_years": [-40, 0, 20], "guidance_share": [1.5, 1.0, 0.5]}
    assert push_for_gap(-60, editing) == 1.5
    assert push_for_gap(-20, editing) == pytest.approx(1.25)
    assert push_for_gap(0, editing) == 1.0
    assert push_for_gap(10, editing) == pytest.approx(0.75)
    assert push_for_gap(70, editing) == 0.5
    assert push_for_gap(33, None) == 1.0


@pytest.mark.parametrize(
    "editing",
    [
        {"gap_years": [0, 0], "guidance_share": [1, 1]},
        {"gap_years": [0], "guidance_share": []},
        {"guidance_share": [1]},
    ],
)
def test_unusable_editing_strengths_are_refused(editing):
    with pytest.raises(PackRefused, match="rising list"):
        push_for_gap(5, editing)


def test_appearance_fades_from_the_caption_with_the_age_gap():
    named = [caption_age(age, stated_age=40.0, start_age=48.0) for age in (40.0, 45.0, 50.0, 75.0)]
    assert named[0] == 48.0
    assert named[1] == pytest.approx(45.0 + 8.0 / math.e)
    assert 50.0 < named[2] < named[1] + 5
    assert named[3] == pytest.approx(75.0, abs=0.01)
    assert caption_age(99.0, stated_age=97.0, start_age=100.0) <= 100.0
    assert caption_age(34.0, stated_age=40.0, start_age=40.0) == 34.0


def test_an_edit_starts_between_stated_and_apparent_age():
    assert edited_from(40.0, None, apparent_age_weight=0.5) == 40.0
    assert edited_from(40.0, 50.0, apparent_age_weight=0.5) == 45.0
    assert edited_from(3.0, 0.5, apparent_age_weight=1.0) == 2.0
