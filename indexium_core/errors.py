"""
Every error that a user can meet, as one tree.

    IndexiumError
    ├── UsageError             bad input or wrong state; nothing was done
    │   ├── QueryError         a search that cannot be read; points at the word
    │   ├── UnknownIdError     an id, folder or person that is not there
    │   └── StalePlanError     the plan that was named is no longer what would be written
    ├── HomeInUseError         another process holds the home
    ├── HomeVersionError       the home was made by a newer program
    ├── StoreError             the database failed: stops the operation
    └── MetadataError          one file failed: becomes a row, the batch goes on
        ├── FileAccessError        missing, unreadable, read-only, offline
        ├── FFmpegError            the media libraries gave up on the file
        ├── ValidationError        a name or a value that may not be written
        ├── CorruptFileError       the container is damaged or lies about its size
        ├── ConflictError          the file is not the one that was planned
        ├── RefusedError           no strategy can write this file with certainty
        ├── VerificationError      a check after the write failed; the file was undone
        └── PayloadProtectedError  an edit reached for media bytes

Item failures and store failures have different bases, so that no handler can confuse them. The class docstring is the
default message; `code` is stable and is what faces, tests and the docs table go by. What stopped one file and may be
over in a moment has a code of `RETRIED`; nothing else is tried again by itself.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "LASTING",
    "RETRIED",
    "ConflictError",
    "CorruptFileError",
    "FFmpegError",
    "FileAccessError",
    "HomeInUseError",
    "HomeVersionError",
    "IndexiumError",
    "MetadataError",
    "PayloadProtectedError",
    "QueryError",
    "RefusedError",
    "StalePlanError",
    "StoreError",
    "UnknownIdError",
    "UsageError",
    "ValidationError",
    "VerificationError",
]

# Never a sync that failed: the kernel may have dropped what it could not write, and would call the next sync a success.
RETRIED = frozenset({"in_use", "io_error", "ffmpeg_failed", "timeout", "process_lost"})

# What stopped a file and does not pass, however often a person tries again: another way has to be taken.
LASTING = frozenset({"backup_expired", "backup_missing", "changed_since", "ffmpeg_refused", "no_backup"})


class IndexiumError(Exception):
    """Something went wrong in Indexium."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.message = message or " ".join((type(self).__doc__ or "").split())
        self.reason = code or self.code
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.reason))


def _rebuild(kind: type[IndexiumError], message: str, reason: str) -> IndexiumError:
    error = kind.__new__(kind)
    IndexiumError.__init__(error, message, code=reason)
    return error


class UsageError(IndexiumError):
    """The request cannot be carried out as given."""

    code = "bad_request"
    exit_code = 2
    http_status = 422


class QueryError(UsageError):
    """The search cannot be read."""

    code = "bad_query"

    def __init__(self, message: str = "", *, position: int = 0, word: str = "") -> None:
        super().__init__(message)
        self.position = position
        self.word = word


class UnknownIdError(UsageError):
    """There is nothing with that id."""

    code = "unknown_id"
    http_status = 404


class StalePlanError(UsageError):
    """The plan has changed since it was shown; look at it again."""

    code = "stale_plan"
    http_status = 409


class HomeInUseError(IndexiumError):
    """Another process holds this home."""

    code = "home_in_use"
    exit_code = 3
    http_status = 409

    def __init__(self, message: str = "", *, pid: int = 0, url: str = "") -> None:
        super().__init__(message)
        self.pid = pid  # who holds it; 0: they do not say
        self.url = url  # where their dashboard is; "" where they have none


class HomeVersionError(IndexiumError):
    """The home was made by a newer Indexium: update the program. Nothing was changed."""

    code = "home_too_new"
    exit_code = 2


class StoreError(IndexiumError):
    """The database failed."""

    code = "store_failed"


class MetadataError(IndexiumError):
    """The file's metadata could not be worked on."""

    code = "metadata_error"


class FileAccessError(MetadataError):
    """The file cannot be reached."""

    code = "unreadable"


class FFmpegError(MetadataError):
    """The media libraries could not read the file."""

    code = "corrupt"


class ValidationError(MetadataError):
    """The value may not be written."""

    code = "invalid_value"
    exit_code = 2
    http_status = 422


class CorruptFileError(MetadataError):
    """The file is damaged."""

    code = "corrupt"


class ConflictError(MetadataError):
    """The file changed since it was planned."""

    code = "changed_on_disk"
    http_status = 409


class RefusedError(MetadataError):
    """No way to write this file with certainty is known yet."""

    code = "no_strategy_yet"


class VerificationError(MetadataError):
    """A check after the write failed; the file was put back as it was."""

    code = "verification_failed"

    def __init__(self, message: str = "", *, check: str = "", code: str = "") -> None:
        super().__init__(message, code=code)
        self.check = check


class PayloadProtectedError(MetadataError):
    """An edit reached for media bytes and was stopped before it touched any."""

    code = "payload_protected"
