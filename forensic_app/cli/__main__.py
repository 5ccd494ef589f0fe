"""Entry point of ``forensic-app``: errors become one sentence and an exit code, never a traceback.

Rules:
    * Exit codes: 0 done, 1 an error or a finding, 2 wrong usage, 130 stopped with Ctrl-C.
    * A full disk and too little memory are known wherever they come up, and are no defect.
    * What standard output does not take is said as that; the command is done and recorded then.
    * An error nobody foresaw is written to a log with its traceback; the screen names that log.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from forensic_app import __version__
from forensic_app.cli.output import libraries_heard, note, note_lines, print_error, print_known_error
from forensic_app.errors import ForensicAppError
from forensic_app.shortages import known_shortage

INTERRUPTED = 130
_PRINTING = (("cli", "output.py"), ("cli", "__main__.py"))
"""Ends of the names of our files that print."""
_USAGE_ADVICE = "Run the command with --help to see how it is used."


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the process's exit code.

    Args:
        argv: Arguments without the program's name; those of the process by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _mend_output()
    try:
        return _guarded(arguments)
    except OSError as error:  # while something was said
        if not _is_about_output(error):
            raise
        return _say_output_lost(error)


def _guarded(arguments: list[str]) -> int:
    """Run a command; every error becomes a sentence and an exit code."""
    as_json = "--json" in arguments
    try:
        with libraries_heard():
            code = _run(arguments)
            sys.stdout.flush()
            return code
    except ForensicAppError as error:
        print_known_error(error, as_json=as_json)
        return 1
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            note_lines(error.format_message())
        else:
            message = error.format_message().strip()
            message = message if message.endswith((".", "?", "!")) else f"{message}."
            print_error("UsageError", message, _USAGE_ADVICE, as_json=as_json)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        note("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        _silence_output()
        return 1
    except Exception as error:
        return _say_unknown(arguments, error, as_json=as_json)


def _say_unknown(arguments: list[str], error: Exception, *, as_json: bool) -> int:
    """Say that the disk or the memory is full if that is what it was, else write a log and name it."""
    if isinstance(error, OSError) and _is_about_output(error):
        return _say_output_lost(error)
    shortage = known_shortage(error)
    if shortage is not None:
        return _say_shortage(shortage, as_json=as_json)
    log = _log_unexpected(arguments, error)
    print_error(
        "UnexpectedError",
        f"The program met an error that it does not know ({type(error).__name__}).",
        f"The details are in {log}; send that file to support." if log else "No log could be written.",
        as_json=as_json,
    )
    return 1


def _mend_output() -> None:
    """Have closed output go nowhere, and characters that it cannot encode appear as escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_about_output(error: OSError) -> bool:
    """Whether an error arose where something is printed: the last line of ours is one that prints."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    parts = () if place is None else Path(place.tb_frame.f_code.co_filename).parts
    return bool({"rich", "typer", "click"} & set(parts)) or parts[-2:] in _PRINTING


def _say_output_lost(error: OSError) -> int:
    """Say that the answer could not be printed, and print nothing more."""
    _silence_output()
    with suppress(OSError):
        note(
            f"The answer could not be printed: standard output takes no more ({os.strerror(error.errno or 0)}). "
            "What the command had done by then is recorded; ask for it again with another output."
        )
    return 1


def _say_shortage(shortage: ForensicAppError, *, as_json: bool) -> int:
    """Say what there is too little of, also where standard output itself is what takes no more."""
    try:
        print_known_error(shortage, as_json=as_json)
        sys.stdout.flush()
    except OSError:
        _silence_output()
    return 1


def _run(arguments: list[str]) -> int:
    from forensic_app.cli.app import app

    code = app(args=arguments, prog_name="forensic-app", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _silence_output() -> None:
    """Send what is still buffered nowhere: the reader of standard output has gone."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def _log_unexpected(arguments: list[str], error: Exception) -> Path | None:
    """Append the trace to a private log in the casebook, else in the account's folder; return its path.

    A log that is a link, a pipe or another file under a second name is left alone.

    Of the command line it holds the command and the names of options, no value; of errors no message.
    """
    from forensic_app.cli.command_names import command_names
    from forensic_app.private import make_private_folder, open_private
    from forensic_app.traces import trace

    moment = datetime.now(UTC).isoformat(timespec="seconds")
    entry = f"{moment} forensic-app {__version__} {command_names(arguments)}\n{trace(error)}\n"
    for folder in _log_folders(arguments):
        path = folder / f"forensic-app-{moment[:10]}.log"
        try:
            make_private_folder(folder)
            with open_private(path, "a") as stream:
                stream.write(entry)
        except OSError:
            continue
        return path
    return None


def _log_folders(arguments: list[str]) -> list[Path]:
    import platformdirs

    named = os.environ.get("FORENSIC_APP_CASEBOOK", "")
    for index, argument in enumerate(arguments):
        if argument == "--casebook" and index + 1 < len(arguments):
            named = arguments[index + 1]
        elif argument.startswith("--casebook="):
            named = argument.partition("=")[2]
    folders = [Path(platformdirs.user_log_dir("forensic-app", appauthor=False))]
    casebook_logs = Path(named) / "logs"
    is_ours = named and casebook_logs.is_dir() and not casebook_logs.is_symlink()
    return [casebook_logs, *folders] if is_ours else folders


if __name__ == "__main__":
    sys.exit(main())
