"""
The marker of methods that a command may call on a running service.

Another process cannot call any method without the marker.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from indexium_core.model.fields.custom import Definitions

LONGEST_WAIT = 20.0  # seconds of one call of `operations.wait`; a caller that waits longer calls again
DESCRIBE = "describe"  # the call that returns the `ServiceDescription`
Method = TypeVar("Method", bound=Callable[..., Any])
_MARK = "__remote_call__"
_CALLBACKS = ("progress", "on_progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCall:
    """How one method is called from another process."""

    paths: tuple[tuple[int, str], ...] = ()  # position and name of parameters that are paths: sent as absolute paths
    callback: str = ""  # name of the parameter that receives the progress
    pieces: bool = False  # the method returns text in pieces
    is_local: bool = False  # it shows folders of this machine: a page on another one does not call it


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDescription:
    """The calls of a running service, so that a command need not import the service classes."""

    calls: Mapping[str, RemoteCall]  # calls by `service.method`
    classes: Mapping[str, str]  # name of a class whose values are sent: its module
    fields: Definitions  # the custom fields of the home


def remote(*, paths: tuple[str, ...] = (), pieces: bool = False, is_local: bool = False) -> Callable[[Method], Method]:
    """
    Mark a method as callable through a running service.

    Args:
        paths: Names of its parameters that are paths.
        pieces: It returns an iterator of text.
        is_local: It shows folders of this machine, so a page on another machine does not call it.

    """

    def mark(method: Method) -> Method:
        names = [name for name in inspect.signature(method).parameters if name != "self"]
        callback = next((name for name in names if name in _CALLBACKS), "")
        call = RemoteCall(
            paths=tuple((names.index(path), path) for path in paths),
            callback=callback,
            pieces=pieces,
            is_local=is_local,
        )
        setattr(method, _MARK, call)
        return method

    return mark


def calls_of(service: type) -> Mapping[str, RemoteCall]:
    """Return the marked methods and properties of a class by name."""
    found = {}
    for name in dir(service):
        member = inspect.getattr_static(service, name)
        function = getattr(member, "fget", None) or getattr(member, "func", None) or member
        call = getattr(function, _MARK, None)
        if call is not None:
            found[name] = call
    return found
