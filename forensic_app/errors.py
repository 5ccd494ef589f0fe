"""What the world can do to us, as errors that carry advice.

Rules:
    * Every error that a person may see is a :class:`ForensicAppError` with one sentence that says
      what is wrong and one that says what to do about it.
    * Our own misuse of a function is a ``ValueError`` or ``RuntimeError``, never one of these.
    * "Nothing found" is an answer, not an error.
"""

from __future__ import annotations


class ForensicAppError(Exception):
    """Base of every expected failure.

    Attributes:
        message: One sentence that says what is wrong, with the name of the thing.
        advice: One sentence that says what the examiner can do.
    """

    def __init__(self, message: str, advice: str) -> None:
        """Keep ``message`` and ``advice``; ``str(error)`` joins both."""
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the message followed by the advice."""
        return f"{self.message} {self.advice}"


class InvalidInput(ForensicAppError):
    """A value given by the examiner is out of bounds, unknown or contradictory."""


class RecordNotFound(ForensicAppError):
    """A case, subject, exhibit, run or report that was named does not exist."""


class DuplicateRecord(ForensicAppError):
    """A number or a photograph is already in the casebook."""


class UnreadableImage(ForensicAppError):
    """A file is not an image that the program can decode within its limits."""


class NotRegularFile(InvalidInput):
    """A file that was named is a folder, a named pipe, a socket or a device: it has no fixed content."""


class IntakeStopped(ForensicAppError):
    """An examiner stopped the receipt of a file before the casebook had it."""


class EvidenceAltered(ForensicAppError):
    """A stored file no longer has the digest it was received with."""


class CustodyChainBroken(ForensicAppError):
    """The custody log, a record or a checkpoint does not verify."""


class CasebookDisputed(CustodyChainBroken):
    """A casebook is not what was verified before: it is read only until an administrator decides.

    Attributes:
        findings: What is wrong, one sentence each.
    """

    def __init__(self, message: str, advice: str, findings: tuple[str, ...] = ()) -> None:
        """Keep the sentences beside message and advice."""
        super().__init__(message, advice)
        self.findings = findings


class StoreLocked(ForensicAppError):
    """Another process works on the casebook."""


class StoreUnavailable(ForensicAppError):
    """The casebook cannot be read or written (permissions, disk full, damaged file)."""


class DiskFull(StoreUnavailable):
    """A disk, a quota or a limit on the size of files is used up; nothing is damaged."""


class CopyIncomplete(StoreUnavailable):
    """A folder is a copy of a casebook whose making or checking did not come to its end."""


class CopyStopped(ForensicAppError):
    """An examiner stopped the copying of a casebook; nothing of the copy is left."""


class OutOfMemory(ForensicAppError):
    """The memory that is free did not suffice."""


class SchemaTooNew(ForensicAppError):
    """The casebook was written by a newer version of the program."""


class PackMissing(ForensicAppError):
    """A model pack, or a part of one, is not on this machine."""


class PackAltered(ForensicAppError):
    """A file of a model pack does not have its recorded digest."""


class PackRefused(ForensicAppError):
    """A model pack is of a kind that the program does not load (pickle, unknown classes)."""


class AdapterRefused(ForensicAppError):
    """A subject's adapter is no adapter, or belongs to another base pack or another subject."""


class LicenceNotAccepted(ForensicAppError):
    """A pack's licence has not been accepted in this casebook."""


class ConsentMissing(ForensicAppError):
    """A person did not consent to what is asked for, or the consent ended or was withdrawn."""


class FaceNotFound(ForensicAppError):
    """No usable face is in the photograph."""


class EngineError(ForensicAppError):
    """An engine could not finish its work."""


class RunCancelled(ForensicAppError):
    """An examiner asked for the run to stop."""


class WorkerDied(ForensicAppError):
    """The worker process ended without a terminal message."""
