"""The selection as JSON, which the browser keeps over a reload."""

from __future__ import annotations

import json
from typing import Any

from dashboards.state import LARGEST, NOTHING
from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.planning.plan import Selection

_KEPT = 20_000  # maximum number of selected ids that the browser keeps over a reload


def selection_to_json(selection: Selection, *, home: str) -> str:
    """Return a selection of a home as JSON, which the browser keeps over a reload; "" if it is too large."""
    if len(selection.included) + len(selection.excluded) > _KEPT or selection == NOTHING:
        return ""
    return json.dumps(selection.as_dict() | {"home": home}, ensure_ascii=False, separators=(",", ":"))


def selection_from_json(text: Any, *, home: str) -> Selection:
    """Return the selection that a browser kept; if it is invalid or of another home, return an empty one."""
    try:
        kept = json.loads(text)
        if kept["home"] != home:
            return NOTHING
        text = kept["query"]
        if text is not None:
            query.parse(text)
        ids = {name: frozenset(int(value) for value in kept[name]) for name in ("included", "excluded")}
        if any(abs(value) > LARGEST for value in ids["included"] | ids["excluded"]):
            return NOTHING
        return Selection(query=text, risk=tuple(str(level) for level in kept["risk"]), **ids)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError, errors.QueryError):
        return NOTHING
