"""
The library of a running service: the services of `LibraryServices`, executed by the process that holds the home.

A plan and a running operation stay in that process; here `RemotePlan` and `RemoteHandle` stand for them. Paths are sent
as absolute paths, because the service has a different working folder.
"""

from __future__ import annotations

import functools
import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from indexium_core import errors
from indexium_core.api import service
from indexium_core.api.wire import Codec, error_from_wire
from indexium_core.model.fields import custom
from indexium_core.model.fields.custom import CustomField, Definitions
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.planning.plan import PlanItem, PlanPage, PlanStatistics, Selection
from indexium_core.model.remote_calls import DESCRIBE, LONGEST_WAIT, RemoteCall, ServiceDescription
from indexium_core.services import PUBLISHED, LibraryServices
from indexium_core.version import __version__

_CHUNK = 500  # plan items per request
_DESCRIPTION_CLASSES = {
    kind.__name__: kind.__module__ for kind in (RemoteCall, ServiceDescription, Definitions, CustomField)
}


def runs_in_service(handle: object) -> bool:
    """Return whether an operation, or the jobs of a library, run in the service and continue without this process."""
    return isinstance(handle, RemoteHandle | RemoteLibrary)


def connect(home: Path, *, timeout: float = 5.0) -> RemoteLibrary | None:
    """
    Return the library of the service that runs on a home; None if no service answers within `timeout` seconds.

    Raises:
        UsageError: The service has another version than this program.

    """
    found = service.read(home)
    # The file of a killed service may still exist, and another service may use its port.
    if found is None or service.running_instance(found.url, timeout=timeout) != found.instance_id:
        return None
    if found.version != __version__:
        message = (
            f"The service of {home} has version {found.version}, but this command has version {__version__}. "
            f"Stop the service (process {found.pid}), then start the service again."
        )
        raise errors.UsageError(message, code="other_version")
    return RemoteLibrary(home, found)


class RemoteLibrary(LibraryServices):
    """
    The services of a home that a running service has locked. Thread-safe.

    Every call raises what the library raises, and `StoreError` with the code `service_gone` if the service ends.
    """

    def __init__(self, home: Path, found: service.Service) -> None:
        self.home = home
        self.instance_id = found.instance_id
        self.notices = []  # the service shows its own notices at its start
        self._service = found

    if not TYPE_CHECKING:  # a type checker knows the services by the annotations

        def __getattr__(self, name: str) -> Any:
            """Make the stand-in of a service when it is first asked for."""
            if name not in PUBLISHED:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            kind = _RemoteFiles if name == "files" else _RemoteService
            return vars(self).setdefault(name, kind(self, name))

    @property
    def url(self) -> str:
        """Address of the service."""
        return self._service.url

    @functools.cached_property
    def description(self) -> ServiceDescription:
        """The calls of the service; the first call requests this description, and registers the custom fields."""
        codec = Codec(classes=_DESCRIPTION_CLASSES)
        with self._request(DESCRIBE, codec.dumps(_arguments(RemoteCall(), (), {}))) as answer:
            found: ServiceDescription = codec.loads(answer.read())
        custom.register(str(self.home), found.fields)
        return found

    @functools.cached_property
    def _codec(self) -> Codec:
        return Codec(
            to_reference=_encode_reference,
            from_reference={
                "plan": lambda facts: RemotePlan(self, facts),
                "operation": lambda operation_id: RemoteHandle(self, operation_id),
            },
            classes=self.description.classes,
        )

    def close(self) -> None:
        """Disconnect; the service and the jobs that were started there continue."""
        custom.release(str(self.home))

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a marked method, such as `people.list`; an error that it raises there is raised here."""
        known = self.description.calls[name]
        progress = kwargs.pop(known.callback, None)
        arguments = _arguments(known, args, kwargs)
        if known.pieces:
            return self._pieces(name, arguments)
        if progress is not None:
            return self._call_with_progress(name, arguments, progress)
        with self._request(name, self._codec.dumps(arguments)) as answer:
            return self._codec.loads(answer.read())

    def _call_with_progress(self, name: str, arguments: dict[str, Any], progress: Callable[..., Any]) -> Any:
        """Return the result of a long call. If this process disconnects (Ctrl-C), the service cancels the call."""
        for key, value in self._lines(name, arguments):
            if key == "result":
                return value
            progress(*value)
        raise self._service_ended()

    def _pieces(self, name: str, arguments: dict[str, Any]) -> Iterator[str]:
        for key, value in self._lines(name, arguments):
            if key == "result":
                return
            yield value
        raise self._service_ended()

    def _lines(self, name: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        with self._request(name, self._codec.dumps({**arguments, "stream": True})) as answer:
            for line in answer:
                [(key, value)] = json.loads(line).items()
                if key == "problem":
                    raise error_from_wire(value)
                yield key, self._codec.decoded(value)

    @contextmanager
    def _request(self, name: str, body: bytes) -> Iterator[http.client.HTTPResponse]:
        connection = service.connection(self.url, timeout=None)
        headers = {"Authorization": f"Bearer {self._service.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", f"/api/library/{name}", body, headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise error_from_wire(_problem(answer))
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise self._service_ended() from error
        finally:
            connection.close()

    def _service_ended(self) -> errors.StoreError:
        message = (
            f"The service at {self.url} ended before it answered; no file is half-written. "
            "Run 'indexium jobs' to see the jobs that it started, then run the command again."
        )
        return errors.StoreError(message, code="service_gone")


def _problem(answer: http.client.HTTPResponse) -> dict[str, Any]:
    """Return the JSON form of the error in an error response."""
    try:
        problem = json.loads(answer.read())
        return {"message": problem["detail"], "reason": problem["code"], **problem.get("error", {})}
    except (ValueError, KeyError, TypeError):
        return {"message": f"The service answered with the status {answer.status} and no reason."}


def _arguments(known: RemoteCall, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call with absolute paths."""
    placed, named = list(args), dict(kwargs)
    for place, name in known.paths:
        if place < len(placed):
            placed[place] = _absolute(placed[place])
        elif name in named:
            named[name] = _absolute(named[name])
    return {"args": placed, "kwargs": named}


def _absolute(value: Any) -> Any:
    if isinstance(value, str):
        value = Path(value)
    if isinstance(value, Path):
        return value.expanduser().absolute()
    return value if value is None or isinstance(value, bytes) else [_absolute(each) for each in value]


class _RemoteService:
    """One of the library's services, such as `people`."""

    def __init__(self, library: RemoteLibrary, name: str) -> None:
        self._library, self._name = library, name

    def __getattr__(self, name: str) -> Any:
        full = f"{self._name}.{name}"
        if full not in self._library.description.calls:
            raise AttributeError(f"'{full}' cannot be called through a running service.")
        return functools.partial(self._library.call, full)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._library.call(f"{self._name}.__call__", *args, **kwargs)


class _RemoteFiles(_RemoteService):
    """The service `files`."""

    def find(self, text: str) -> int:
        """Return the id of a file from its id, its path from the working folder, or its path below a library folder."""
        if not text.isdecimal():
            try:
                return int(self._library.call("files.find", str(Path(text).expanduser().absolute())))
            except errors.UnknownIdError:
                pass  # the text may be a path below a library folder
        return int(self._library.call("files.find", text))


class RemotePlan:
    """A plan that the service made; see `MetadataPlan`."""

    def __init__(self, library: RemoteLibrary, facts: dict[str, Any]) -> None:
        self._library = library
        self.facts = facts  # the service identifies the plan by these facts
        self.id: int = facts["plan_id"]
        self.query: str = facts["query"]

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._library.call(f"plan.{name}", self, *args, **kwargs)

    @functools.cached_property
    def statistics(self) -> PlanStatistics:
        """The counts over all files that the query finds."""
        return self._call("statistics")  # type: ignore[no-any-return]

    def page(self, number: int = 1, **options: Any) -> PlanPage:
        """Return one page of the items, with the counts over all of them."""
        return self._call("page", number, **options)  # type: ignore[no-any-return]

    @property
    def items(self) -> Iterator[PlanItem]:
        """All items, read page by page as the caller uses them."""
        number, total = 1, 1
        while (number - 1) * _CHUNK < total:
            page = self.page(number, per_page=_CHUNK)
            yield from page.items
            number, total = number + 1, page.total

    def item(self, file_id: int) -> PlanItem:
        """Return the item of a file, listed or not. Raises `UnknownIdError` if the plan has none."""
        return self._call("item", file_id)  # type: ignore[no-any-return]

    def select(self, query: Sequence[int] | str = "", risk: Sequence[str] = ()) -> Selection:
        """Return a selection of the files that match the plan's query and `query`; `risk`: only these levels."""
        return self._call("select", query, tuple(risk))  # type: ignore[no-any-return]

    def ids(self, selection: Selection) -> list[int]:
        """Return the files of a selection that can be written, by id."""
        return self._call("ids", selection)  # type: ignore[no-any-return]

    def edit(self, file_id: int, people: Sequence[str]) -> Any:
        """Set the people of a file and its copies by an edit, until it is removed; a new plan shows the edit."""
        return self._call("edit", file_id, list(people))

    def newest(self) -> RemotePlan:
        """Return the current version of the same plan."""
        return self._call("newest")  # type: ignore[no-any-return]

    def narrowed(self, query: str) -> RemotePlan:
        """Return the same version with another query. Raises `QueryError`."""
        return self._call("narrowed", query)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return self.page(per_page=1).total

    def __bool__(self) -> NoReturn:
        raise TypeError("A plan has no truth value. Use 'plan is None' or 'len(plan) == 0'.")


class RemoteHandle:
    """An operation that runs in the service; see `OperationHandle`. It continues when this process ends."""

    def __init__(self, library: RemoteLibrary, operation_id: int) -> None:
        self._library = library
        self.id = operation_id

    def status(self) -> OperationStatus:
        """Return the progress of the operation."""
        return self._library.call("operations.get_operation_status", self.id)  # type: ignore[no-any-return]

    def wait(self, timeout: float | None = None) -> OperationStatus:
        """Wait until the operation has ended, at most `timeout` seconds, and return its progress."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LONGEST_WAIT if end is None else max(0.0, min(LONGEST_WAIT, end - time.monotonic()))
            status: OperationStatus = self._library.call("operations.wait", self.id, left)
            if status.finished or (end is not None and time.monotonic() >= end):
                return status

    def pause(self) -> bool:
        """Pause the operation after the files in progress."""
        return bool(self._library.call("operations.pause_operation", self.id))

    def resume(self) -> bool:
        """Resume the operation."""
        self._library.call("operations.resume", self.id)
        return True

    def cancel(self) -> bool:
        """Cancel the rest. A file that is being changed in place is finished; an unfinished new file is removed."""
        self._library.call("operations.cancel", self.id)
        return True


def _encode_reference(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, RemotePlan):
        return "plan", value.facts
    return None
