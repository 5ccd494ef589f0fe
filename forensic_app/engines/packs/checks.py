"""What a value from a pack may be: small conditions that are put together in tables; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forensic_app.engines.packs.files import shown
from forensic_app.errors import PackRefused

Check = Callable[[Any], bool]
"""Says whether a value is allowed; raises nothing whatever it gets."""


def whole(low: int, high: int) -> Check:
    """Allow whole numbers from ``low`` to ``high``; ``True`` is none."""
    return lambda value: type(value) is int and low <= value <= high


def number(low: float, high: float) -> Check:
    """Allow numbers from ``low`` to ``high``."""
    return lambda value: type(value) in (int, float) and low <= value <= high


def flag(value: Any) -> bool:
    """Allow ``true`` and ``false``."""
    return isinstance(value, bool)


def text(longest: int) -> Check:
    """Allow printable texts of at most ``longest`` characters."""
    return lambda value: (
        isinstance(value, str) and len(value) <= longest and (not value or value.isprintable())
    )


def only(*values: Any) -> Check:
    """Allow these values, each with its own type."""
    return lambda value: any(type(value) is type(each) and value == each for each in values)


def either(*checks: Check) -> Check:
    """Allow what one of ``checks`` allows."""
    return lambda value: any(check(value) for check in checks)


def maybe(check: Check) -> Check:
    """Allow ``null`` and what ``check`` allows."""
    return either(only(None), check)


def several(check: Check, *, most: int, least: int = 1) -> Check:
    """Allow lists of ``least`` to ``most`` values that ``check`` allows."""
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(check, value))


def by_name(check: Check, *, most: int) -> Check:
    """Allow objects of at most ``most`` values that ``check`` allows."""
    return lambda value: isinstance(value, dict) and len(value) <= most and all(map(check, value.values()))


def refuse_wrong(values: Mapping[str, Any], checks: Mapping[str, Check], *, where: str) -> None:
    """Refuse values that their checks do not allow; a name without a check is not looked at.

    Raises:
        PackRefused: A value is of another type or out of its range.
    """
    for name, check in checks.items():
        if name in values and not check(values[name]):
            raise PackRefused(
                f"{where} has an unusable {name}: {shown(repr(values[name])[:200])}.",
                "Restore the pack from its source, or correct the value and import the pack again.",
            )
