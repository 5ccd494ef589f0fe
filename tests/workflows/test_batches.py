"""Several photographs with one set of parameters: what stands in the way, and a record for each."""

from __future__ import annotations

import pytest

from forensic_app.workflows.batches import Concern, concerns
from forensic_app.workflows.face_inspection import FoundFace

LARGE = FoundFace((0.0, 0.0, 100.0, 100.0), 1.0, {})
ALIKE = FoundFace((200.0, 0.0, 290.0, 90.0), 1.0, {})
TINY = FoundFace((200.0, 0.0, 220.0, 20.0), 1.0, {}, is_too_small=True)
DOUBTFUL = FoundFace((0.0, 0.0, 100.0, 100.0), 0.1, {}, is_doubtful=True)


@pytest.mark.parametrize(
    ("faces", "face_index", "age", "expected"),
    [
        ([LARGE], None, 30.0, ()),
        ([], None, 30.0, (Concern.NO_FACE,)),
        ([LARGE, TINY], 1, 30.0, (Concern.SMALL_FACE,)),
        ([LARGE, TINY], 2, 30.0, (Concern.NO_SUCH_FACE,)),
        ([LARGE, TINY], None, 30.0, ()),
        ([LARGE, ALIKE], None, 30.0, (Concern.UNCLEAR_FACE,)),
        ([LARGE, ALIKE], 1, 30.0, ()),
        ([DOUBTFUL], None, 30.0, (Concern.DOUBTFUL_FACE,)),
        ([LARGE], None, None, (Concern.AGE_UNKNOWN,)),
        ([], None, None, (Concern.NO_FACE, Concern.AGE_UNKNOWN)),
        ([DOUBTFUL], None, 1.0, (Concern.UNDER_AGE, Concern.DOUBTFUL_FACE)),
    ],
)
def test_what_stands_in_the_way_is_named_and_refusals_come_first(
    faces: list[FoundFace], face_index: int | None, age: float | None, expected: tuple[Concern, ...]
) -> None:
    assert concerns(faces, face_index=face_index, age=age, needs_age=True) == expected


def test_a_sketch_needs_no_age() -> None:
    assert concerns([LARGE], face_index=None, age=None, needs_age=False) == ()
    assert concerns([LARGE], face_index=None, age=1.0, needs_age=False) == ()
