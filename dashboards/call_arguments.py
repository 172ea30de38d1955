"""
The arguments of a call in the form of a script, as the methods of the library take them.

A script passes a plan as `{"query": …, "plan_id": …}`: the newest version, or an older one that it names. A selection
has the version in which it was made as `plan_id`; see `MetadataPlanner.fixed`. Other values of classes are objects with
the fields of the class, and moments are texts in ISO-8601.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pydantic

from dashboards.read_cache import ReadCache
from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library
from indexium_core.model.analysis import SavedQuery
from indexium_core.model.artwork.selections import SelectionRule
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.rollback import RollbackOptions
from indexium_core.model.planning.plan import PlanQuery, Selection
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from indexium_core.model.saved import SavedView

_WORD = re.compile(r"\w+")
_MADE: Mapping[str, type] = {  # by the word of an annotation
    "Selection": Selection,
    "Target": Selection,
    "PublicationFilter": PublicationFilter,
    "PublicationSelection": PublicationSelection,
    "SavedQuery": SavedQuery,
    "RollbackOptions": RollbackOptions,
    "SavedView": SavedView,
    "SelectionRule": SelectionRule,
    "WriteOptions": WriteOptions,
}
_MOMENTS: Mapping[str, type] = {"datetime": datetime, "date": date}


class CallArguments:
    """Makes the values that methods take."""

    def __init__(self, library: Library, reads: Callable[[], ReadCache]) -> None:
        """Use the recent reads that `reads` returns: of those who see the same files as the present actor."""
        self._library, self._reads = library, reads

    def plan(self, facts: Any) -> MetadataPlan:
        """
        Return the plan that a script describes.

        Raises:
            UsageError: It has another form.
            QueryError: Its search is invalid.
            UnknownIdError: The version does not exist any more.

        """
        if not isinstance(facts, Mapping) or not facts.keys() <= {"query", "plan_id"}:
            raise errors.UsageError('A plan is an object like {"query": "risk:danger", "plan_id": 17}.')
        query, plan_id = _made(str, facts.get("query", "")), facts.get("plan_id")
        cache = self._reads()
        newest = cache.plan(may_lack_results=True)
        if plan_id in (None, newest.id):
            return cache.narrowed(newest, query)
        return self._library.plans.plan(PlanQuery(query=query, plan_id=_made(int, plan_id)))

    def read(self, method: Callable[..., Any], args: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as a method takes them. Raises UsageError, and what `plan` raises."""
        kinds = {name: str(each.annotation) for name, each in inspect.signature(method).parameters.items()}
        return {name: self._value(kinds.get(name, ""), value) for name, value in args.items()}

    def _value(self, annotation: str, value: Any) -> Any:
        words = _WORD.findall(annotation)
        if isinstance(value, Mapping):
            if "MetadataPlan" in words:
                return self.plan(value)
            kind = next((_MADE[word] for word in words if word in _MADE), None)
            if kind is Selection:
                return self.selection(value)
            return value if kind is None else _made(kind, dict(value))
        moment = next((_MOMENTS[word] for word in words if word in _MOMENTS), None)
        return _made(moment, value) if moment and isinstance(value, str) and "str" not in words else value

    def selection(self, facts: Mapping[str, Any]) -> Selection:
        """Return the selection that a script describes. Raises UsageError, and UnknownIdError as `plan`."""
        at = facts.get("plan_id")
        selection: Selection = _made(Selection, {name: value for name, value in facts.items() if name != "plan_id"})
        if at is None or selection.query is None:
            return selection
        return self._library.plans.fixed(self._reads().plan(), selection, _made(int, at))


@functools.cache
def _adapter(kind: type) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(kind)


def _made(kind: type, value: Any) -> Any:
    """Return the value of a class with some fields, or a moment. Raises UsageError."""
    known = getattr(kind, "__dataclass_fields__", None)
    if known is not None and (unknown := sorted(value.keys() - known.keys())):
        raise errors.UsageError(f"A {kind.__name__} has no “{unknown[0][:40]}”.")
    try:
        return _adapter(kind).validate_python(value)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(each) for each in first["loc"]) or kind.__name__
        raise errors.UsageError(f"The argument “{place}” is not valid: {first['msg']}.") from error
