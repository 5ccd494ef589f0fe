"""Every attack without a key is found: by the verification, with a key, with a checkpoint, and by the next command."""

from __future__ import annotations

import shutil

import index_attacks  # noqa: F401 - its attacks are among ATTACKS
import pytest
from attacks import ATTACKS, OF_THE_WHOLE
from verify_samples import KEY

from forensic_app.errors import CasebookDisputed, ForensicAppError
from forensic_app.store.case_store import CaseStore
from forensic_app.verify import verify_casebook


def test_the_sample_verifies_in_every_way(casebook, heads, newest):
    result = verify_casebook(
        casebook, trusted_keys=[KEY.public_key_hex], known_checkpoints=[newest], remembered=heads.note
    )
    assert result.findings == ()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_in_every_way(casebook, heads, newest, name):
    ATTACKS[name](casebook)
    ways = {
        "plain": {},
        "key": {"trusted_keys": [KEY.public_key_hex]},
        "checkpoint": {"known_checkpoints": [newest]},
        "memory": {"remembered": heads.note},
    }
    for way, given in ways.items():
        assert verify_casebook(casebook, **given).findings, way
    for memory in (heads, None):
        try:
            with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=memory) as store:
                store.record_event("case_viewed", object_type="case", object_id="C-0001", case_id="C-0001")
        except ForensicAppError:
            pass
        for way, given in ways.items():
            assert verify_casebook(casebook, **given).findings, f"{way} after one more command"


@pytest.mark.parametrize("name", OF_THE_WHOLE)
def test_another_casebook_in_its_place_is_found_with_what_lies_elsewhere(casebook, heads, newest, name):
    OF_THE_WHOLE[name](casebook)
    assert verify_casebook(casebook).findings == ()
    assert verify_casebook(casebook, trusted_keys=[KEY.public_key_hex]).findings
    assert verify_casebook(casebook, known_checkpoints=[newest]).findings
    assert verify_casebook(casebook, remembered=heads.note).findings
    for memory in (heads, None):
        with pytest.raises(CasebookDisputed):
            CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=memory)


def test_an_older_copy_is_known_where_the_newer_was_seen(casebook, heads, newest, tmp_path):
    older = shutil.copytree(casebook, tmp_path / "older")
    with CaseStore.open(casebook, examiner="A. Doe", key=KEY, heads=heads) as store:
        store.record_event("case_viewed", object_type="case", object_id="C-0001", case_id="C-0001")
        now = store.checkpoint().note
    assert verify_casebook(older, trusted_keys=[KEY.public_key_hex]).findings == ()
    assert "older copy" in verify_casebook(older, remembered=heads.note).findings[0]
    assert verify_casebook(older, known_checkpoints=[now]).findings
    with pytest.raises(CasebookDisputed, match="older copy"):
        CaseStore.open(older, examiner="A. Doe", key=KEY, heads=heads)
