"""Right-to-left names inside left-to-right lines: joined Arabic letters in visual order.

Rules:
    * Only whole runs are turned round; numbers inside a run keep their reading direction.
    * A line that holds no right-to-left letter is returned as it is.

References:
    Unicode Standard Annex 9, rules L2, N0 and N1 (a subset: one embedding level, left-to-right paragraph);
    Unicode Standard chapter 9.2, Arabic joining, with the presentation forms of block FE70-FEFF.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

_RIGHT_TO_LEFT = {"R", "AL"}
_KEPT_IN_RUN = {"R", "AL", "NSM"}
_LAM = "\u0644"
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def visual_order(line: str) -> str:
    """Return one line with its right-to-left runs in the order in which they are seen."""
    if not any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in line):
        return line
    pieces = []
    position = 0
    while position < len(line):
        end = _end_of_run(line, position)
        if end > position:
            pieces.append(_turned(_joined(line[position:end])))
            position = end
        else:
            pieces.append(line[position])
            position += 1
    return "".join(pieces)


def _end_of_run(line: str, start: int) -> int:
    """Return where the run that starts with a right-to-left letter ends, ``start`` when there is none."""
    if unicodedata.bidirectional(line[start]) not in _RIGHT_TO_LEFT:
        return start
    end = start + 1
    for position in range(start + 1, len(line)):
        kind = unicodedata.bidirectional(line[position])
        if kind in _KEPT_IN_RUN:
            end = position + 1
        elif kind == "L":
            break
    closing = line[end : end + 1]
    opening = dict(zip(")]}", "([{", strict=True)).get(closing)
    is_pair = opening is not None and line[start:end].count(opening) > line[start:end].count(closing)
    return end + 1 if is_pair else end


def _turned(run: str) -> str:
    """Return a run from its last character to its first, numbers and base-plus-mark clusters kept whole."""
    clusters = re.findall(r"\d+(?:[.,:/-]\d+)*|.[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*", run)
    return "".join(cluster.translate(_MIRRORED) for cluster in reversed(clusters))


@cache
def _forms() -> dict[tuple[str, str], str]:
    """Return the presentation form by letters and position, read from the Unicode database."""
    forms = {}
    for code in range(0xFE70, 0xFEFD):
        decomposition = unicodedata.decomposition(chr(code)).split()
        if decomposition and decomposition[0] in {"<isolated>", "<final>", "<initial>", "<medial>"}:
            letters = "".join(chr(int(part, 16)) for part in decomposition[1:])
            forms[letters, decomposition[0][1:-1]] = chr(code)
    return forms


def _joins_next(letter: str) -> bool:
    return (letter, "initial") in _forms()


def _joins_previous(letter: str) -> bool:
    return (letter, "final") in _forms()


def _joined(run: str) -> str:
    """Return Arabic letters in their positional forms, with the obligatory lam-alef ligatures."""
    letters = _with_ligatures(run)
    bases = [place for place, text in enumerate(letters) if unicodedata.bidirectional(text[0]) != "NSM"]
    joined = list(letters)
    for order, place in enumerate(bases):
        before = letters[bases[order - 1]] if order else ""
        after = letters[bases[order + 1]] if order + 1 < len(bases) else ""
        joined[place] = _form(before, letters[place], after)
    return "".join(joined)


def _with_ligatures(run: str) -> Sequence[str]:
    letters: list[str] = []
    for letter in run:
        if letters and letters[-1] == _LAM and (_LAM + letter, "isolated") in _forms():
            letters[-1] = _LAM + letter
        else:
            letters.append(letter)
    return letters


def _form(before: str, letter: str, after: str) -> str:
    from_previous = bool(before) and _joins_next(before) and _joins_previous(letter)
    to_next = bool(after) and _joins_next(letter) and _joins_previous(after)
    position = {(False, False): "isolated", (True, False): "final", (False, True): "initial"}.get(
        (from_previous, to_next), "medial"
    )
    return _forms().get((letter, position), letter)
