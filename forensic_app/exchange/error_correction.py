"""Bits that survive noise: a checksum and a convolutional code, read back from soft values.

Rules:
    * A message is never returned whose checksum does not fit.

References:
    ITU-T V.41 for the polynomial of the checksum (CRC-16, start value 0xFFFF); Viterbi (1967); constraint length 7 and
    the generators 133, 171, 165 (octal) as in 3GPP TS 36.212, 5.1.3.1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CHECK_BITS: Final = 16
_GENERATORS: Final = (0o133, 0o171, 0o165)
_MEMORY: Final = 6
_STATES: Final = 1 << _MEMORY

Bits = NDArray[np.int8]
Soft = NDArray[np.float64]


def coded_length(message_bits: int) -> int:
    """Return how many coded bits a message of ``message_bits`` takes, checksum and tail included."""
    return (message_bits + CHECK_BITS + _MEMORY) * len(_GENERATORS)


def encode(value: int, message_bits: int) -> Bits:
    """Return a number as coded bits, each -1 or 1.

    Args:
        value: From 0 to ``2**message_bits - 1``.
        message_bits: Length of the message.

    Raises:
        ValueError: The number does not fit.
    """
    if not 0 <= value < 1 << message_bits:
        raise ValueError(value)
    message = [value >> place & 1 for place in range(message_bits - 1, -1, -1)]
    check = _checksum(message)
    message += [check >> place & 1 for place in range(CHECK_BITS - 1, -1, -1)]
    state, coded = 0, []
    for bit in (*message, *[0] * _MEMORY):
        register = bit << _MEMORY | state
        coded += [2 * ((register & each).bit_count() & 1) - 1 for each in _GENERATORS]
        state = register >> 1
    return np.array(coded, np.int8)


def decode(soft: Soft, message_bits: int) -> int | None:
    """Return the number that soft values most likely carry, ``None`` where the checksum does not fit.

    Args:
        soft: Shape ``(coded_length(message_bits),)``, positive for a 1, larger for surer.
        message_bits: Length of the message.

    Raises:
        ValueError: ``soft`` has another length.
    """
    if soft.shape != (coded_length(message_bits),):
        raise ValueError(soft.shape)
    steps = soft.reshape(-1, len(_GENERATORS))
    before, signs = _trellis()
    score = np.full(_STATES, -np.inf)
    score[0] = 0.0
    chosen = np.empty((len(steps), _STATES), np.int8)
    for number, values in enumerate(steps):
        reached = score[before] + signs @ values
        chosen[number] = reached.argmax(axis=1)
        score = reached.max(axis=1)
    state, bits = 0, []
    for number in range(len(steps) - 1, -1, -1):
        bits.append(state >> (_MEMORY - 1) & 1)
        state = int(before[state, chosen[number, state]])
    message = bits[::-1][: message_bits + CHECK_BITS]
    value = _number(message[:message_bits])
    return value if _number(message[message_bits:]) == _checksum(message[:message_bits]) else None


def _trellis() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return of each state the two states before it, and the signs of the coded bits on the way from each."""
    before = np.empty((_STATES, 2), np.int64)
    signs = np.empty((_STATES, 2, len(_GENERATORS)))
    for state in range(_STATES):
        bit = state >> (_MEMORY - 1)
        for way in range(2):
            earlier = (state << 1 | way) & (_STATES - 1)
            register = bit << _MEMORY | earlier
            before[state, way] = earlier
            signs[state, way] = [2 * ((register & each).bit_count() & 1) - 1 for each in _GENERATORS]
    return before, signs


def _number(bits: list[int]) -> int:
    value = 0
    for bit in bits:
        value = value << 1 | bit
    return value


def _checksum(bits: list[int]) -> int:
    register = 0xFFFF
    for bit in bits:
        is_set = (register >> 15 ^ bit) & 1
        register = (register << 1 & 0xFFFF) ^ (0x1021 if is_set else 0)
    return register
