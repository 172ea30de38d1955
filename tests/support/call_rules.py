"""What each call of a service needs, by `service.method`, as the methods say."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path

from indexium_core import services
from indexium_core.flows.pictures.originals import Originals
from indexium_core.flows.pictures.thumbnails import Thumbnails
from indexium_core.flows.planning.charts import Charts
from indexium_core.model.accounts.needs import HOME, CallRule, is_only_for_people, rule_of
from tests.support.source import parsed


def _classes() -> Mapping[str, type]:
    """Return the class of each service, which `LibraryServices` imports for type checkers only."""
    found: dict[str, type] = {}
    for node in ast.walk(parsed(Path(services.__file__))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("indexium_core"):
            module = importlib.import_module(node.module)
            found |= {each.name: getattr(module, each.name) for each in node.names}
    annotations = services.LibraryServices.__annotations__
    published = {name: found[kind] for name, kind in annotations.items() if kind in found}
    return published | {"charts": Charts, "originals": Originals, "thumbnails": Thumbnails}


SERVICES = _classes()
RULES: Mapping[str, CallRule] = {
    f"{service}.{name}": rule_of(kind, name)
    for service, kind in SERVICES.items()
    for name, _ in inspect.getmembers_static(kind)
    if not name.startswith("_")
}
RESTRICTED = {call: rule for call, rule in RULES.items() if rule.is_restricted}
INTERNAL = frozenset(call for call, rule in RULES.items() if rule.is_internal)
READS_OF_HOME = frozenset(call for call, rule in RULES.items() if rule.scope is HOME and not rule.is_restricted)
HIDDEN_READS = {call: rule.instead[0] for call, rule in RULES.items() if rule.instead}
ONLY_FOR_PEOPLE = frozenset(name for name, kind in SERVICES.items() if is_only_for_people(kind))
