"""The one door through which whatever a pack provokes while it is read or loaded comes out as a refusal.

Rules:
    * An error that says already what is wrong passes as it is; so do an interruption and the program's end.
    * Everything else that reading, building or filling a network raises is :class:`PackRefused`, with its words made
      printable and short. The libraries that are fed with a pack's values raise what they like, and panic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from forensic_app.errors import ForensicAppError, PackRefused

ADVICE: Final = "Restore the pack from its source, or import it again."
_MOST_WORDS: Final = 200
_PANIC: Final = "PanicException"


@contextmanager
def refusing(what: str, advice: str = ADVICE) -> Iterator[None]:
    """Turn whatever is raised inside into a refusal.

    Args:
        what: What cannot be done, the start of the sentence, such as ``The model pack x cannot be loaded``.
        advice: What to do about it.

    Raises:
        PackRefused: Something was raised that is not one of our own errors.
    """
    try:
        yield
    except ForensicAppError:
        raise
    except Exception as error:
        raise PackRefused(f"{what}: {words_of(error)}", advice) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise PackRefused(f"{what}: {words_of(error)}", advice) from error


def words_of(error: BaseException) -> str:
    """Return the words of an error in one short printable line that ends with a full stop."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(error)).split())
    text = text or type(error).__name__
    shown = text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS]}..."
    return shown if shown.endswith(".") else f"{shown}."
