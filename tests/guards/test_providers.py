"""Only the modules of a provider name it: everything else derives from `model/providers/registry.py`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from indexium_core.model.providers.registry import PROVIDERS
from tests.guards.test_structure import PACKAGES, ROOT
from tests.support.source import parsed

WORDS = {word for each in PROVIDERS.values() for word in (each.id, each.label, each.credit) if word}
NAMED = re.compile(
    rf"(?<![\w.])({'|'.join(map(re.escape, sorted(WORDS)))})(?![\w:])"
)  # `tmdb:603` is an example of an id
OWN = {f"indexium_core/{folder}/{name}.py" for folder in ("model/providers", "sources") for name in PROVIDERS}
ELSEWHERE = (
    "indexium_core/demo/",  # the stand-in speaks their APIs
    "indexium_core/store/sql/migrations/",  # released statements stay as they are
)
ALLOWED = {
    ("indexium_core/cli/home/providers.py", "tmdb"),  # `Example: indexium providers test tmdb`
    ("indexium_core/model/titles/fields.py", "tmdb"),  # an example in a message
    ("indexium_core/store/sql/snapshot.sql", "tmdb"),  # a key of the value `ratings`, which names a site
    ("indexium_core/store/sql/title_list.sql", "tmdb"),  # the same
    ("indexium_core/flows/enrichment/enrichment_service.py", "tmdb"),  # the same
}


def named(path: Path) -> Iterator[str]:
    """Yield the providers that a file names in texts; comments and docstrings are none."""
    if path.suffix == ".py":
        tree = parsed(path)
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        ]
    else:
        comment = r"--[^\n]*" if path.suffix == ".sql" else r"/\*.*?\*/|//[^\n]*"
        texts = [re.sub(comment, "", path.read_text(encoding="utf-8"), flags=re.DOTALL)]
    for text in texts:
        yield from NAMED.findall(text)


def test_only_its_own_modules_name_a_provider() -> None:
    found = set()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".sql", ".js"} and name not in OWN and not name.startswith(ELSEWHERE):
                found |= {(name, word) for word in named(path)}
    assert found == ALLOWED


def test_modules_of_a_provider_name_no_other() -> None:
    for name in PROVIDERS:
        for path in (each for each in OWN if each.endswith(f"/{name}.py")):
            others = WORDS - {PROVIDERS[name].id, PROVIDERS[name].label, PROVIDERS[name].credit}
            assert not others & set(named(ROOT / path)), path


def test_page_has_the_keys_of_each_provider() -> None:
    page = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
    for each in PROVIDERS.values():
        assert f"| {each.label} | <{each.sign_up}> |" in page
        assert all(f"`{key.name}`" in page for key in each.keys)
        assert all(f"`INDEXIUM_{setting.name.upper()}`" in page for setting in each.settings)
        assert (each.notice or each.credit or each.label) in page.partition("## Attribution")[2]
