"""The marked methods agree with the commands that call them and with the service."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from indexium_core.api import remote, service, wire
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.library import Library, remote_calls
from indexium_core.model.fields.custom import Definitions
from indexium_core.model.remote_calls import RemoteCall, ServiceDescription, calls_of
from indexium_core.model.remote_calls import remote as marker
from indexium_core.services import LibraryServices

CLI = Path(__file__).resolve().parents[3] / "indexium_core" / "cli"
SERVICES = set(LibraryServices.__annotations__) - {"home", "notices"}
FLAT = {name for name in vars(LibraryServices) if not name.startswith("_")}
OWN = {"home", "notices", "close", "url"}  # attributes of a remote library itself
HERE = {"recovered"}  # of `recover`, which opens the home in its own process
ALONE = {"serving.py", "app.py"}  # commands that open the home themselves


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("calls") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def calls(library: Library) -> dict[str, RemoteCall]:
    return remote_calls(library)


def used(path: Path) -> set[str]:
    """Every attribute of `library` that a module of the command line uses, as `name` or `service.name`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text.startswith("library."):
            found.add(".".join(text.removeprefix("library.").partition("(")[0].split(".")[:2]))
    return found


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.name)
def test_every_called_method_is_marked_remote(path: Path, calls: dict[str, RemoteCall]) -> None:
    if path.name in ALONE:
        return
    asked = used(path) - OWN - HERE
    unmarked = {name for name in asked if "." in name and name not in calls and name.partition(".")[0] in SERVICES}
    unknown = {name for name in asked if name.partition(".")[0] not in SERVICES | FLAT | OWN}
    assert (unmarked, unknown) == (set(), set())


def test_guard_sees_calls(tmp_path: Path) -> None:
    source = tmp_path / "command.py"
    source.write_text("def f(library):\n    library.people.list()\n    return library.nothing_like_that\n")
    assert used(source) == {"people", "people.list", "nothing_like_that"}


def test_everyday_calls_use_only_remote_methods(calls: dict[str, RemoteCall]) -> None:
    """`LibraryServices` runs in the calling process: the methods that it calls must be marked."""
    tree = ast.parse(inspect.getsource(LibraryServices))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {name.removeprefix("self.") for name in called if name.startswith("self.")} - FLAT
    assert {name for name in names if name not in calls and f"{name}.__call__" not in calls} == set()


def test_marker_reads_paths_progress_and_streams() -> None:
    class Service:
        @marker(paths=("source",))
        def read(self, kind: str, source: Path) -> None: ...

        @property
        @marker()
        def size(self) -> int:
            return 1

        @marker(pieces=True)
        def export(self, progress: object = None) -> object: ...

        def internal(self) -> None: ...

    calls = calls_of(Service)
    assert set(calls) == {"read", "size", "export"}
    assert calls["read"].paths == ((1, "source"),)
    assert (calls["export"].callback, calls["export"].pieces) == ("progress", True)


def dataclasses_of(hint: Any, found: set[type]) -> set[type]:
    """The dataclasses in a type hint, with those in their fields."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in found:
        found.add(hint)
        for inner in typing.get_type_hints(hint).values():
            dataclasses_of(inner, found)
    for inner in typing.get_args(hint):
        dataclasses_of(inner, found)
    return found


def test_every_call_value_is_serialised(library: Library, calls: dict[str, RemoteCall]) -> None:
    # Services import the values that they do not make only for type checkers.
    values = {name: getattr(import_module(module), name) for name, module in wire.value_classes().items()}
    found: set[type] = set()
    for name in calls:
        owner, _, method = name.partition(".")
        member = inspect.getattr_static(MetadataPlan if owner == "plan" else getattr(library, owner).__class__, method)
        function = getattr(member, "fget", None) or getattr(member, "func", None) or member
        for hint in typing.get_type_hints(function, localns=values).values():
            dataclasses_of(hint, found)
    assert {kind.__name__ for kind in found} - wire.value_classes().keys() == set()


def test_every_service_exists_and_callbacks_are_optional(library: Library, calls: dict[str, RemoteCall]) -> None:
    """A caller keeps its callback: the service gets the call without one."""
    for name, call in calls.items():
        owner, _, method = name.partition(".")
        if owner == "plan":
            continue
        parameters = inspect.signature(getattr(getattr(library, owner), method)).parameters
        assert not call.callback or parameters[call.callback].default is not inspect.Parameter.empty, name


def test_unmarked_method_cannot_be_called(tmp_path: Path, calls: dict[str, RemoteCall]) -> None:
    found = service.Service(url="http://127.0.0.1:1", token="", pid=1, instance_id="", version="")
    away = remote.RemoteLibrary(tmp_path, found)
    away.description = ServiceDescription(calls=calls, classes={}, fields=Definitions())
    for name in ("open", "recover", "_store", "nothing"):
        with pytest.raises(AttributeError):
            getattr(away, name)
    with pytest.raises(AttributeError, match=r"'people\.root_for' cannot be called through a running service"):
        _ = away.people.root_for


def test_service_file_is_private_and_removed_at_end(tmp_path: Path) -> None:
    with service.announced(tmp_path, url="http://127.0.0.1:5006", token="secret", instance_id="run"):
        assert (tmp_path / "service.json").stat().st_mode & 0o777 == 0o600
        found = service.read(tmp_path)
        assert found is not None
        assert (found.url, found.token, found.instance_id) == ("http://127.0.0.1:5006", "secret", "run")
    assert list(tmp_path.iterdir()) == []
    assert service.read(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"url": 1}', "\x00"])
def test_empty_service_file_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "service.json").write_text(text)
    assert service.read(tmp_path) is None
    assert remote.connect(tmp_path) is None


SAID = {"url": "http://127.0.0.1:1", "token": "abc", "pid": 1, "instance_id": "run", "version": "0"}


@pytest.mark.parametrize(
    "said",
    [
        {"url": "http://127.0.0.1:port"},
        {"url": "http://127.0.0.1:99999"},
        {"url": "http://[::1"},
        {"url": "file:///etc/passwd"},
        {"url": "https://127.0.0.1:1"},
        {"url": "http://127.0.0.1"},
        {"token": "a\nb"},
        {"token": "Ā"},
        {"token": ""},
        {"pid": float("inf")},
    ],
)
def test_invalid_service_file_is_ignored(tmp_path: Path, said: dict[str, object]) -> None:
    (tmp_path / "service.json").write_text(json.dumps(SAID))
    assert service.read(tmp_path) == service.Service(**SAID)
    (tmp_path / "service.json").write_text(json.dumps(SAID | said))
    assert service.read(tmp_path) is None
    assert remote.connect(tmp_path) is None


def test_nested_service_file_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text("[" * 100_000)
    assert service.read(tmp_path) is None


def test_service_file_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "service.json.new").symlink_to(tmp_path / "elsewhere")
    with service.announced(tmp_path, url="", token="secret", instance_id=""):
        assert (tmp_path / "elsewhere").read_text() == "mine"
