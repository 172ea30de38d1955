"""
Every error that can be shown to a user, as one tree.

    IndexiumError
    ├── UsageError             wrong input or state; nothing was done
    │   ├── QueryError         a syntax error in a search, with the position of the word
    │   ├── NoMatchError       a search finds no file, so there is nothing to do
    │   ├── SqlError           an error in the SQL of an analyst, with its position
    │   ├── TooManyError       as much as possible of this runs already
    │   ├── UnknownIdError     an unknown id, folder or person
    │   └── StalePlanError     the given plan is out of date
    ├── ClusterError           the Dask cluster cannot be used
    ├── ProviderError          a provider of metadata gives no usable answer
    ├── WebhookRefusedError    an event with a wrong secret, or of a source that is off
    ├── SignInError            a wrong name or password, or too many of them
    ├── ForbiddenError         the person who signed in may not do this
    ├── ApprovalNeededError    the work waits until another person approves it
    ├── PlayerError            a player cannot be told or read
    ├── HomeInUseError         another process has the home open
    ├── HomeVersionError       a newer program created the home
    ├── StoreError             the database failed: the operation stops
    └── MetadataError          one file failed: the operation continues with the next file
        ├── FileAccessError        missing, unreadable, read-only, offline
        ├── FFmpegError            the media libraries failed on the file
        ├── ValidationError        a name or a value that must not be written
        ├── CorruptFileError       the container is damaged or has a wrong size
        ├── ConflictError          the file is not the planned one
        ├── RefusedError           no strategy can write this file safely
        ├── VerificationError      a check after the write failed; the write was undone
        └── PayloadProtectedError  an edit tried to change media bytes

Failures of files and failures of the database have different bases, so that a handler cannot confuse them. The class
docstring is the default message. `code` is stable: interfaces, tests and the table in docs/errors.md use it. Indexium
retries a file only if the code is in `RETRIED`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

# A failed sync is not retried: the kernel may have dropped the data, and the next sync would report success.
RETRIED = frozenset({"in_use", "io_error", "ffmpeg_failed", "timeout", "process_lost"})

# Permanent: a retry cannot succeed.
LASTING = frozenset({"backup_expired", "backup_missing", "changed_since", "ffmpeg_refused", "no_backup"})

# Codes of a ProviderError: the provider is not available, so its answer about a title is not known.
PROVIDER_FAULTS = frozenset(
    {"provider_busy", "provider_failed", "provider_unreachable", "provider_timeout", "provider_bad_answer"}
)

# Code of a StoreError: this process has closed the home, so no later call can succeed.
HOME_CLOSED = "home_closed"

# There is no database that can be used; a person decides what replaces it.
WITHOUT_DATABASE = frozenset({"database_damaged", "database_lost"})


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
    """The search has a syntax error."""

    code = "bad_query"

    def __init__(self, message: str = "", *, position: int = 0, word: str = "") -> None:
        super().__init__(message)
        self.position = position
        self.word = word


class NoMatchError(UsageError):
    """No file matches."""

    code = "no_match"
    exit_code = 0  # for a command, nothing to do is not an error


class SqlError(UsageError):
    """The query cannot be run."""

    code = "bad_sql"

    def __init__(self, message: str = "", *, position: int | None = None, length: int = 0) -> None:
        super().__init__(message)
        self.position = position  # of the word with the error, in characters; None: of no single word
        self.length = length  # of that word; 0: not known


class TooManyError(UsageError):
    """Too many of these run already. Try again when one has ended."""

    code = "too_many"
    http_status = 429


class UnknownIdError(UsageError):
    """There is nothing with that id."""

    code = "unknown_id"
    http_status = 404


class NewerDecisionError(UsageError):
    """
    Somebody else decided about these files after the actor saw them; nothing has changed.

    `seen` is the newest of these decisions: a call that names it replaces them.
    """

    code = "newer_decision"
    http_status = 409
    seen: int = 0

    def __init__(self, message: str = "", *, seen: int = 0, code: str = "") -> None:
        super().__init__(message, code=code)
        self.seen = seen


class StalePlanError(UsageError):
    """The plan has changed since it was shown. Refresh it, then try again."""

    code = "stale_plan"
    http_status = 409


class ClusterError(IndexiumError):
    """The Dask cluster cannot be used."""

    code = "cluster_unavailable"
    http_status = 503


class ProviderError(IndexiumError):
    """The provider gives no usable answer."""

    code = "provider_failed"
    http_status = 502

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        retry_after: float | None = None,
        is_temporary: bool = False,
        providers: Collection[str] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.providers = list(providers)  # that gave no usable answer: tmdb
        self.retry_after = retry_after  # seconds until the next request can succeed; None if not known
        self.is_temporary = is_temporary  # the same request may succeed later

    @property
    def is_fault(self) -> bool:
        """Whether the provider is not available at present: it answers later, without a change by a person."""
        return self.reason in PROVIDER_FAULTS or self.reason == "provider_quota"


class PlayerError(IndexiumError):
    """The player gives no usable answer."""

    code = "player_failed"
    http_status = 502


class HomeInUseError(IndexiumError):
    """Another process has this home open."""

    code = "home_in_use"
    exit_code = 3
    http_status = 409

    def __init__(self, message: str = "", *, pid: int = 0, url: str = "") -> None:
        super().__init__(message)
        self.pid = pid  # id of the other process; 0 if not known
        self.url = url  # address of the other dashboard; "" without one


class HomeVersionError(IndexiumError):
    """A newer Indexium created this home. Update the program. Nothing was changed."""

    code = "home_too_new"
    exit_code = 2


class WebhookRefusedError(IndexiumError):
    """An event of another program is refused: its secret is wrong, or its source is off."""

    code = "wrong_secret"
    exit_code = 2
    http_status = 401


class SignInError(IndexiumError):
    """The name or the password is wrong."""

    code = "wrong_password"
    exit_code = 2
    http_status = 401


class ForbiddenError(IndexiumError):
    """The person who signed in may not do this."""

    code = "not_allowed"
    exit_code = 2
    http_status = 403


class ApprovalNeededError(IndexiumError):
    """The work waits until another person approves it."""

    code = "approval_needed"
    exit_code = 4
    http_status = 202

    def __init__(self, message: str = "", *, approval_id: int = 0) -> None:
        super().__init__(message)
        self.approval_id = approval_id  # the request for approval


class StoreError(IndexiumError):
    """The database failed."""

    code = "store_failed"


class MetadataError(IndexiumError):
    """The metadata of the file could not be read or written."""

    code = "metadata_error"


class FileAccessError(MetadataError):
    """The file cannot be accessed."""

    code = "unreadable"


class FFmpegError(MetadataError):
    """The media libraries could not read the file."""

    code = "corrupt"


class ValidationError(MetadataError):
    """The value must not be written."""

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
    """Indexium has no strategy yet that can write this file safely."""

    code = "no_strategy_yet"


class VerificationError(MetadataError):
    """A check after the write failed. The file was restored."""

    code = "verification_failed"

    def __init__(
        self,
        message: str = "",
        *,
        check: str = "",
        code: str = "",
        fields: Collection[str] = (),
        difference: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.check = check
        self.fields = " ".join(sorted(fields))  # keys of the fields whose values or tags differ; empty: not known
        self.difference = difference or self.message  # what the check found, without its consequence


class PayloadProtectedError(MetadataError):
    """An edit tried to change media bytes. It was stopped before it changed any."""

    code = "payload_protected"
