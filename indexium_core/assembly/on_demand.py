"""
Services that are made when they are first asked for.

A command uses a few services of a home. The import of the modules of all of them takes longer than most commands run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, cast, overload

from indexium_core.model.operations.actor import SYSTEM, acting_as

Group = TypeVar("Group", bound="ServiceGroup")
Made = TypeVar("Made")


class ServiceGroup:
    """A group of services. Any thread may ask for a service; each is made once."""

    def __init__(self) -> None:
        # A service is made from those of its group and of earlier groups, never of later ones, so no two threads wait
        # for each other. The making of a service waits for no other lock.
        self.making = threading.RLock()

    def has(self, name: str) -> bool:
        """Return whether a service of this name belongs to the group."""
        return name in vars(self) or isinstance(getattr(type(self), name, None), on_demand)

    def make_all(self) -> None:
        """Make every service now. A process that serves pays for them at its start, not at the first request."""
        for owner in type(self).__mro__:
            for each in vars(owner).values():
                if isinstance(each, on_demand):
                    each.__get__(self, type(self))


class on_demand(Generic[Group, Made]):  # noqa: N801 - a decorator
    """The service that a method makes when it is first asked for; from then on, an ordinary attribute of its group."""

    def __init__(self, make: Callable[[Group], Made]) -> None:
        self._make, self._name = make, make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, group: None, owner: type[Group]) -> Self: ...
    @overload
    def __get__(self, group: Group, owner: type[Group]) -> Made: ...
    def __get__(self, group: Group | None, owner: type[Group]) -> Self | Made:
        if group is None:
            return self
        attributes: dict[str, Any] = vars(group)
        with group.making:
            if self._name not in attributes:
                with acting_as(SYSTEM):  # a service is the same, and reads the whole home, whatever actor asks first
                    attributes[self._name] = self._make(group)
            return cast("Made", attributes[self._name])

    def made(self, group: Group) -> Made | None:
        """Return the service if it was made."""
        return vars(group).get(self._name)
