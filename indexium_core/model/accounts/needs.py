"""
What a call of a service needs: a decorator says it at the method, where a reader sees it.

    @needs(PEOPLE_EDIT)
    @remote()
    def merge(self, …)

A method without a decorator reads what every role may see: it needs `PLAN_READ`, and the database shows an actor with
some libraries only what belongs to them. Every change has a decorator; tests compare them with what calls change.
"""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from indexium_core.model.accounts.permissions import PLAN_EDIT, PLAN_READ, WRITE_ANY, WRITE_SAFE, Permission

if TYPE_CHECKING:
    from indexium_core.model.operations.operation import WriteOptions

Method = TypeVar("Method", bound=Callable[..., Any])
Service = TypeVar("Service")
_RULE = "__call_rule__"
_FOR_PEOPLE = "__only_for_people__"
PROPOSING = PLAN_EDIT  # who has it may propose work that the role does not allow to start, if approval is switched on
CONTINUING = WRITE_SAFE  # who started an operation and has it may continue the operation, see `CallRule.continues`


class Scope(enum.Enum):
    """What a call concerns, for an actor with some libraries."""

    HOME = "the whole home: the actor may not call it"
    NAMED = "what its arguments name: all of it must belong to the libraries"
    FOUND = "what a search or a selection finds: it finds nothing of other libraries"
    NO_LIBRARY = "oneself, or what belongs to no library"
    SEEN = "what the database shows the actor"


HOME, NAMED, FOUND, NO_LIBRARY, SEEN = Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """What one method needs."""

    permission: Permission = PLAN_READ
    scope: Scope = SEEN
    is_restricted: bool = False  # it changes something, or not every role may call it; it works with the whole home
    may_be_proposed: bool = False  # it starts work that an actor without the permission may propose
    continues: bool = False  # it continues an operation: who started that needs only `CONTINUING`, as for a pause
    is_internal: bool = False  # Indexium itself calls it, at an event or at its border: nobody's role decides
    is_graded: bool = False  # a write of more than safe files needs `WRITE_ANY`
    shows_events: bool = False  # it returns events, of which an actor gets those about what it sees
    instead: tuple[Any, ...] = ()  # what an actor with some libraries gets, of a read that pages always make

    def permission_of(self, method: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]) -> Permission:
        """Return the permission that a call with these arguments needs."""
        if not self.is_graded:
            return self.permission
        try:
            options = inspect.signature(method).bind(*args, **named).arguments.get("options")
        except TypeError:
            return self.permission  # the call itself raises the error
        return permission_to_write(options)


_READ = CallRule()


def permission_to_write(options: WriteOptions | None) -> Permission:
    """Return the permission for a write with these options; None: the default ones."""
    from indexium_core.model.operations.operation import WriteOptions  # here: each command imports this module

    return WRITE_SAFE if set((options or WriteOptions()).risk) <= {"safe"} else WRITE_ANY


def needs(
    permission: Permission,
    scope: Scope = HOME,
    *,
    may_be_proposed: bool = False,
    continues: bool = False,
    is_graded: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method that changes something, or that not every role may call: see `CallRule`."""
    rule = CallRule(
        permission=permission,
        scope=scope,
        is_restricted=True,
        may_be_proposed=may_be_proposed,
        continues=continues,
        is_graded=is_graded,
    )
    return _marker(rule)


def reads_home(method: Method) -> Method:
    """Mark a method that reads what belongs to no library: an actor with some libraries may not call it."""
    return _marker(CallRule(scope=HOME))(method)


def shows_instead(value: Any) -> Callable[[Method], Method]:
    """Mark a method that pages always call: an actor with some libraries gets this value."""
    return _marker(CallRule(instead=(value,)))


def shows_events(method: Method) -> Method:
    """Mark a method that returns events: an actor with some libraries gets those about what it sees."""
    return _marker(CallRule(shows_events=True))(method)


def internal(method: Method) -> Method:
    """Mark a method that only Indexium itself calls."""
    return _marker(CallRule(is_internal=True))(method)


def only_for_people(service: type[Service]) -> type[Service]:
    """Mark a service that says who may do what: no token may call it, whatever it may do."""
    setattr(service, _FOR_PEOPLE, True)
    return service


def is_only_for_people(service: type) -> bool:
    """Return whether no token may call a service."""
    return getattr(service, _FOR_PEOPLE, False)


@functools.cache
def rule_of(service: type, name: str) -> CallRule:
    """Return the rule of a method or a property of a class."""
    member = inspect.getattr_static(service, name, None)
    function = getattr(member, "fget", None) or getattr(member, "func", None) or member
    return getattr(function, _RULE, _READ)


def _marker(rule: CallRule) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        setattr(method, _RULE, rule)
        return method

    return mark
