"""
Which rules of names win nothing: remove one rule at a time, read every labelled name again, and print what changes.

    python -m benchmarks.support.title_rules                  all rules; those that win nothing come first
    python -m benchmarks.support.title_rules names numbers    the rules of some modules
    python -m benchmarks.support.title_rules --conditions     with each condition of several
    python -m benchmarks.support.title_rules --verbose        with the names that change

A rule is a regular expression of a module or an `if`; with `--conditions`, each condition of several is one, too.
Without its rule, an expression matches nothing, an `if` is not taken, and a condition of several is left out. Words of
one expression stay together: a language that no corpus has is no reason to forget it.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.title_corpus import CORPORA, labels

MODULES = ("words", "numbers", "dates", "usual_form", "names", "folders", "neighbours", "guessing")
_PACKAGE = "indexium_core.model.names"


def main() -> None:
    """Print the rules in the order of what they win."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES, help="modules whose rules are removed")
    parser.add_argument("--conditions", action="store_true", help="remove each condition of several, too")
    parser.add_argument("--verbose", action="store_true", help="print the names that change")
    parser.add_argument("--corpus", action="append", default=[], type=Path, help="a further corpus")
    arguments = parser.parse_args()
    corpora = [*CORPORA, *arguments.corpus]
    before = _right(corpora)
    rows = []
    for name in arguments.modules:
        module = importlib.import_module(f"{_PACKAGE}.{name}")
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for place, code in _without_each_rule(source, conditions=arguments.conditions):
            try:
                _load(name, code)
                after = _right(corpora)
            except Exception as error:  # noqa: BLE001 - a rule that others need is printed as such
                rows.append((10_000, f"{name}:{place}: needed ({type(error).__name__})", []))
                continue
            lost, won = sorted(before - after), sorted(after - before)
            rows.append(
                (
                    len(lost) - len(won),
                    f"{name}:{place}: loses {len(lost)}, wins {len(won)}",
                    [*lost[:8], *(f"+ {each}" for each in won[:8])],
                )
            )
            print(rows[-1][1], file=sys.stderr, flush=True)
        _load(name, source)
    for _, text, names in sorted(rows, key=lambda row: row[0]):
        print(text)
        for each in names if arguments.verbose else []:
            print(f"    {each}")


def _right(corpora: list[Path]) -> set[str]:
    """Return the labels that are right, as `path: measure`."""
    support = importlib.import_module("tests.support.title_corpus")
    names = importlib.import_module(f"{_PACKAGE}.names")
    known: dict[str, Any] = {}

    def read(text: str) -> Any:
        if text not in known:
            known[text] = names.read_name(text)
        return known[text]

    found = set()
    for corpus in corpora:
        scores = support.evaluate(corpus, read)
        missed = {
            f"{measure}: {miss}" for measure, score in scores.items() if measure != "grouping" for miss in score.misses
        }
        wrong = {miss.split(": ", 2)[0] + ": " + miss.split(": ", 2)[1] for miss in missed}
        found |= {f"{measure}: {label['path']}" for label in labels(corpus) for measure in scores} - wrong
    return found


def _without_each_rule(source: str, *, conditions: bool) -> Iterator[tuple[str, str]]:
    """Yield the place of each rule of a module, and the module without it."""
    count = len(list(_rules(ast.parse(source), conditions=conditions)))
    for number in range(count):
        tree = ast.parse(source)
        place, remove = list(_rules(tree, conditions=conditions))[number]
        remove()
        yield place, ast.unparse(ast.fix_missing_locations(tree))


def _rules(tree: ast.Module, *, conditions: bool) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            yield (
                f"{line} pattern {ast.unparse(node.args[0])[:50]}",
                lambda node=node: _set(node.args, 0, _never(node.args[0])),
            )
        elif isinstance(node, ast.If | ast.IfExp) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield (
                f"{line} if {ast.unparse(node.test)[:60]}",
                lambda node=node: setattr(node, "test", ast.Constant(value=False)),
            )
        elif isinstance(node, ast.BoolOp) and conditions:
            for at, value in enumerate(node.values):
                yield f"{line} condition {ast.unparse(value)[:60]}", lambda node=node, at=at: node.values.pop(at)


def _never(pattern: ast.expr) -> ast.expr:
    """Return a pattern that matches nothing, with the groups of another one."""
    return ast.parse(f"'(?!)(?:' + ({ast.unparse(pattern)}) + ')'", mode="eval").body


def _set(values: list[ast.expr], at: int, value: ast.expr) -> None:
    values[at] = value


def _load(name: str, code: str) -> None:
    """Execute a module with other code, and the modules that import it."""
    module: types.ModuleType = importlib.import_module(f"{_PACKAGE}.{name}")
    exec(compile(code, str(module.__file__), "exec"), module.__dict__)
    for later in MODULES[MODULES.index(name) + 1 :]:
        importlib.reload(importlib.import_module(f"{_PACKAGE}.{later}"))
    importlib.reload(importlib.import_module("tests.support.title_corpus"))
    re.purge()


if __name__ == "__main__":
    main()
