"""What workers send is taken apart within limits; whatever has not the form is no answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from forensic_app.crews.serving import SHORT_OF_MEMORY, served
from forensic_app.crews.work import Answer, Job, answer_of, error_of, message_of
from forensic_app.digests import canonical_json
from forensic_app.errors import EngineError, InvalidInput, OutOfMemory, PackMissing

from .crew_fakes import job, spelt


def raising(error: BaseException) -> Any:
    """Return work that raises."""

    def work(_job: Job) -> Answer:
        raise error

    return lambda: work


def test_an_answer_keeps_every_bit_on_its_way() -> None:
    templates = np.random.default_rng(0).normal(size=(3, 129)).astype(np.float32)
    templates[0, :3] = (np.float32(1e-42), np.nextafter(np.float32(1), np.float32(2)), -0.0)
    answer = Answer(job("x").digest, {"box": [0.1, 2.5e-7]}, templates)
    found = answer_of(message_of(canonical_json(answer.as_json())))
    assert found.templates.tobytes() == templates.tobytes()
    assert (found.digest, found.facts) == (answer.digest, answer.facts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"digest": "x"}, "names no photograph"),
        ({"facts": 1}, "states nothing"),
        ({"shape": [1]}, "no shape"),
        ({"shape": [True, 4]}, "no shape"),
        ({"shape": [65, 4]}, "too many"),
        ({"shape": [1, 5]}, "not as many"),
        ({"templates": "%"}, "cannot be read"),
        ({"templates": base64.b64encode(np.full(4, np.nan, "<f4").tobytes()).decode()}, "finite"),
        ({"templates": base64.b64encode(b"123").decode()}, "multiple"),
    ],
)
def test_what_is_no_answer_is_refused(change: dict[str, Any], words: str) -> None:
    given = spelt(job("x")).as_json()
    with pytest.raises(ValueError, match=words):
        answer_of({**given, **change})


def test_whatever_happens_in_a_worker_is_a_message() -> None:
    given = job("x")
    assert answer_of(served(1, given, lambda: spelt, where="n")["answer"]).facts["text"] == "x"
    other = Job("0" * 64, b"x", {})
    assert "not what was sent" in served(1, other, lambda: spelt, where="n")["lost"]
    for error in (MemoryError(), OutOfMemory("m", "a"), RuntimeError("[enforce fail] not enough memory")):
        assert served(1, given, raising(error), where="n")["lost"] == SHORT_OF_MEMORY
    told = served(1, given, raising(PackMissing("No pack.", "Bring it.")), where="n")["failed"]
    raised = error_of(told)
    assert (type(raised), raised.message, raised.advice) == (PackMissing, "No pack.", "Bring it.")
    defect = error_of(served(1, given, raising(KeyError("a secret name")), where="node 7")["failed"])
    assert isinstance(defect, EngineError)
    assert "node 7" in defect.message
    assert "secret" not in str(defect)


@pytest.mark.parametrize("kind", ["SystemExit", "annotations", "__doc__", None, 3])
def test_only_known_kinds_of_errors_are_raised(kind: Any) -> None:
    raised = error_of({"kind": kind, "message": "m", "advice": "a"})
    assert type(raised) is EngineError
    assert type(error_of({"kind": "InvalidInput", "message": "m", "advice": "a"})) is InvalidInput


def test_messages_are_bounded() -> None:
    with pytest.raises(ValueError, match="more than"):
        message_of(json.dumps({"a": "x" * (5 << 20)}).encode())
