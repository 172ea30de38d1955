"""The table of calls agrees with the commands that use it and with the library that answers it."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path

import pytest

from indexium_core.api import remote, service
from indexium_core.api.calls import CALLS, GROUPS
from indexium_core.library import Library, MetadataPlan

CLI = Path(__file__).resolve().parents[3] / "indexium_core" / "cli"
OWN = {"home", "notices", "close", "url"}  # what a remote library has without asking
ALONE = {"serving.py", "app.py"}  # commands that open the home themselves
HERE = {"recovered"}  # of `recover`, which needs the home to itself


def used(path: Path) -> set[str]:
    """What a module of the command asks of `library`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text.startswith("library."):
            found.add(text.removeprefix("library.").partition("(")[0])
    return found


@pytest.mark.parametrize("path", sorted(CLI.glob("*.py")), ids=lambda path: path.name)
def test_everything_that_commands_ask_for_is_in_the_table(path: Path) -> None:
    if path.name in ALONE:
        return
    asked = used(path) - OWN - HERE
    groups = {name for name in asked if name in GROUPS}
    assert {
        name for name in asked - groups if ".".join(name.split(".")[:2]) not in CALLS | dict.fromkeys(GROUPS)
    } == set()


def test_the_guard_sees_what_is_asked(tmp_path: Path) -> None:
    source = tmp_path / "command.py"
    source.write_text("def f(library):\n    library.people.list()\n    return library.nothing_like_that\n")
    assert used(source) == {"people", "people.list", "nothing_like_that"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:  # type: ignore[misc]
    with Library.open(tmp_path_factory.mktemp("calls") / "home") as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(CALLS))
def test_everything_in_the_table_can_be_called(name: str, library: Library) -> None:
    group, _, own = name.rpartition(".")
    if group == "operation":
        return
    target = MetadataPlan if group == "plan" else getattr(library, group) if group else library
    method = getattr(target, own)
    if not callable(method):
        return
    parameters = list(inspect.signature(method).parameters)
    if group == "plan":
        parameters = parameters[1:]  # self
    assert [parameters[place] for place, _ in CALLS[name].paths] == [called for _, called in CALLS[name].paths]
    assert ("progress" in parameters) == CALLS[name].progress


def test_what_is_not_in_the_table_cannot_be_asked_for(tmp_path: Path) -> None:
    found = service.Service(url="http://127.0.0.1:1", token="", pid=1, instance_id="", version="")
    away = remote.RemoteLibrary(tmp_path, found)
    for name in ("open", "recover", "_store", "nothing"):
        with pytest.raises(AttributeError, match="cannot be done through a running service"):
            getattr(away, name)
    with pytest.raises(AttributeError, match=r"'people\.clock' cannot be done"):
        _ = away.people.clock


def test_the_file_of_a_service_is_for_its_owner_and_goes_with_it(tmp_path: Path) -> None:
    with service.announced(tmp_path, url="http://127.0.0.1:5006", token="secret", instance_id="run"):
        assert (tmp_path / "service.json").stat().st_mode & 0o777 == 0o600
        found = service.read(tmp_path)
        assert found is not None
        assert (found.url, found.token, found.instance_id) == ("http://127.0.0.1:5006", "secret", "run")
    assert list(tmp_path.iterdir()) == []
    assert service.read(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"url": 1}', "\x00"])
def test_a_file_that_says_nothing_is_no_service(tmp_path: Path, text: str) -> None:
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
def test_a_file_that_says_what_cannot_be_is_no_service(tmp_path: Path, said: dict[str, object]) -> None:
    (tmp_path / "service.json").write_text(json.dumps(SAID))
    assert service.read(tmp_path) == service.Service(**SAID)
    (tmp_path / "service.json").write_text(json.dumps(SAID | said))
    assert service.read(tmp_path) is None
    assert remote.connect(tmp_path) is None


def test_a_file_without_end_of_brackets_is_no_service(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text("[" * 100_000)
    assert service.read(tmp_path) is None


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "service.json.new").symlink_to(tmp_path / "elsewhere")
    with service.announced(tmp_path, url="", token="secret", instance_id=""):
        assert (tmp_path / "elsewhere").read_text() == "mine"
