"""What a log keeps of an error: places and classes, no words."""

from __future__ import annotations

import logging
import sqlite3

import pytest

from forensic_app.traces import PrivateFormatter, kind_of, trace

SECRET = "Mia Mustermann"


def failed(action: object) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any
        action()  # type: ignore[operator]
    return caught.value


def test_a_trace_names_places_and_classes_and_no_message() -> None:
    def act() -> None:
        name = SECRET
        try:
            int(name)
        except ValueError as error:
            raise RuntimeError(name) from error

    told = trace(failed(act))
    assert SECRET not in told
    assert [
        line for line in told.splitlines() if line in {"ValueError", "RuntimeError", "which led to:"}
    ] == [
        "ValueError",
        "which led to:",
        "RuntimeError",
    ]
    assert "  tests/core/test_traces.py:" in told
    assert "/home" not in told
    assert "/work" not in told


def test_codes_of_system_and_database_are_kept() -> None:
    assert kind_of(PermissionError(13, "x", SECRET)) == "PermissionError (EACCES)"
    assert kind_of(OSError("x")) == "OSError"
    connection = sqlite3.connect(":memory:")
    error = failed(lambda: connection.execute(SECRET))
    connection.close()
    assert kind_of(error) == "sqlite3.OperationalError (SQLITE_ERROR)"


def test_a_log_formats_exceptions_so() -> None:
    error = ValueError(SECRET)
    record = logging.LogRecord("ui", logging.ERROR, __file__, 1, "Unexpected", (), (ValueError, error, None))
    assert PrivateFormatter("%(message)s").format(record) == "Unexpected\nValueError"
    assert PrivateFormatter().formatException((None, None, None)) == ""


def test_causes_that_go_round_end() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert trace(first).count("which led to:") == 1
