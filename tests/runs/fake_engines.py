"""Engines that need no torch: what the worker can meet, each in a few milliseconds."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import time
import zlib
from pathlib import Path

from forensic_app.engines.engine import Engine, ReportProgress
from forensic_app.errors import FaceNotFound
from forensic_app.messages import EngineResult, OutputImage, Preparation, RunRequest
from forensic_app.parameters import Parameter

SCHEMA = (
    Parameter("seed", "integer", 7, "Seed.", 0, 1000),
    Parameter("steps", "integer", 3, "Steps.", 1, 100000),
    Parameter("note", "text", "", "Free."),
)


def write_png(path: Path, *, width: int, height: int, value: int) -> None:
    """Write a grey RGB PNG with the standard library."""
    import struct

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes([value, value, value]) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


class Completing:
    """Reports each step and writes one image whose grey is the seed's."""

    name = "fake"
    version = "1"
    schema = SCHEMA
    pause_s = 0.0

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        steps = int(request.parameters.get("steps", 3))
        for step in range(steps):
            report_progress(step / steps, "Making the image")
            time.sleep(self.pause_s)
        report_progress(1.0, "Writing")
        path = request.output_dir / "image.png"
        write_png(path, width=8, height=6, value=self.grey(request))
        image = OutputImage(path, "derived", 30.0, 0, 8, 6, {"estimated_age": 31.5})
        environment = {"pid": os.getpid(), "device": "cpu"}
        control, face = {"estimated_age": 20.0}, {"face_count": 1}
        return EngineResult((image,), control, face, environment, ("A warning.",))

    def grey(self, request: RunRequest) -> int:
        return int(request.parameters.get("seed", 7)) % 256


class Prepared(Completing):
    """Tells what it was prepared with, once for each worker."""

    prepared: str = ""

    def prepare(self, preparation: Preparation) -> None:
        time.sleep(float(preparation.threads))
        type(self).prepared += f"{preparation.pack_path} on {preparation.device};"

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        return EngineResult((), {}, {}, {"prepared": self.prepared, "pid": os.getpid()})


class Unprepared(Completing):
    """Cannot be prepared."""

    def prepare(self, preparation: Preparation) -> None:
        raise ZeroDivisionError("a bug in preparing")


class Slow(Completing):
    """Works for minutes unless it is cancelled; reports every 10 ms."""

    pause_s = 0.01


class Flooding(Completing):
    """Reports two thousand times in about half a second."""

    pause_s = 0.00025


class Deaf(Completing):
    """Never reports and so ignores every cancel."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        report_progress(0.5, "Not listening")
        while True:
            time.sleep(0.05)


class Swallowing(Completing):
    """Catches our cancel, as a library may, and returns an image all the same."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        try:
            while True:
                report_progress(0.5, "Swallowing")
                time.sleep(0.01)
        except Exception:
            return EngineResult((), {}, {}, {})


class Wrapping(Completing):
    """Wraps our cancel into an error of its own, as a library may."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        try:
            while True:
                report_progress(0.5, "Wrapping")
                time.sleep(0.01)
        except Exception as error:
            raise RuntimeError("library stopped") from error


class Exiting(Completing):
    """Leaves the process at once."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        report_progress(0.5, "Going")
        sys.stderr.write("last words: out of luck\n")
        os._exit(3)


class Killed(Completing):
    """Is killed, as by the kernel when memory is short."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        sys.stdout.write("last words: out of memory\n")
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")


class Segfaulting(Completing):
    """Breaks in native code."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("still alive")


class Opening(Completing):
    """Decodes the photograph."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        from forensic_app.images import load_working_copy

        load_working_copy(request.exhibit_path)
        return EngineResult((), {}, {}, {})


class Faceless(Completing):
    """Finds no face."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        raise FaceNotFound("There is no face in the photograph.", "Use another photograph.")


class Broken(Completing):
    """Has a bug."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        raise ZeroDivisionError("a bug")


class Hungry(Completing):
    """Runs out of memory."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        raise MemoryError


class Unrecordable(Completing):
    """Measures something that JSON cannot hold."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        return EngineResult((), {"estimated_age": float("nan")}, {}, {})


class Lying(Completing):
    """Names a file outside its folder."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        image = OutputImage(request.exhibit_path, "derived", None, None, 1, 1, {})
        return EngineResult((image,), {}, {}, {})


class Exotic(Completing):
    """Returns values of classes that only the worker knows and that cannot be pickled."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        return EngineResult((), _LocalMapping(score=_LocalFloat(0.5)), {}, {})


class _LocalMapping(dict):  # type: ignore[type-arg]
    def __reduce__(self) -> str:
        raise TypeError("not picklable")


class _LocalFloat(float):
    def __reduce__(self) -> str:
        raise TypeError("not picklable")


class Modules(Completing):
    """Tells which modules and variables the worker has, and how it meets Ctrl-C."""

    def run(self, request: RunRequest, report_progress: ReportProgress) -> EngineResult:
        ignores_interrupt = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        environment = {
            "modules": sorted(sys.modules),
            "variables": dict(os.environ),
            "ignores_interrupt": ignores_interrupt,
            "collects_garbage": gc.isenabled(),
            "core_limit": list(resource.getrlimit(resource.RLIMIT_CORE)),
            "umask": _umask(),
        }
        return EngineResult((), {}, {}, environment)


def _umask() -> int:
    before = os.umask(0)
    os.umask(before)
    return before


def load_engine(name: str) -> Engine:
    """Return the engine of this module whose class has that name."""
    engine: Engine = globals()[name]()
    return engine
