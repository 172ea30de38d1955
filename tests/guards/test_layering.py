"""Imports have one direction, and SQL, interfaces and mutators of files stay in their layers."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

from tests.support.cases import each_case
from tests.support.source import parsed

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {
    "indexium_core.errors": 0,
    "indexium_core.signals": 0,
    "indexium_core.version": 0,
    "indexium_core.notebook": 0,
    "indexium_core.settings": 1,
    "indexium_core.settings_file": 1,
    "indexium_core.keys": 1,
    "indexium_core.logs": 1,
    "indexium_core.model": 1,
    "indexium_core.store": 2,
    "indexium_core.files": 2,
    "indexium_core.jobs": 2,
    "indexium_core.sources": 2,
    "indexium_core.flows": 3,
    "indexium_core.assembly": 4,
    "indexium_core.local_services": 4,
    "indexium_core.services": 4,
    "indexium_core.library": 4,
    "indexium_core.photos": 4,
    "indexium_core.demo": 5,
    "indexium_core.api": 5,
    "indexium_core.cli": 5,
    "dashboards": 5,
}
FRONT_END_MAY_IMPORT = (
    "indexium_core.library",
    "indexium_core.services",
    "indexium_core.model",
    "indexium_core.errors",
    "indexium_core.signals",
    "indexium_core.version",
    "indexium_core.settings",
    "indexium_core.jobs.event_bus",
    "indexium_core.demo",
    # Live objects that a method of `Library` returns.
    "indexium_core.flows.planning.plan.MetadataPlan",
    "indexium_core.flows.scanning.watching.FolderWatcher",
    "indexium_core.flows.snapshots.present_snapshot.PresentSnapshot",
    "indexium_core.flows.writing.writer.OperationHandle",
)
SQL = re.compile(r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s")
SPREADSHEETS = re.compile(r"csv\.(writer|DictWriter)|.*\.(to_csv|to_excel|write_csv|write_excel)")
SPREADSHEET_NAMES = {"writer", "DictWriter", "to_csv", "to_excel", "write_csv", "write_excel"}  # the ends of these
FRONT_ENDS = ("indexium_core.api", "indexium_core.cli", "dashboards")


def room_of(module: str) -> str | None:
    """Return the longest entry of LAYERS that contains the module."""
    inside = [room for room in LAYERS if module == room or module.startswith(room + ".")]
    return max(inside, key=len, default=None)


def modules() -> list[tuple[str, Path]]:
    found = []
    for top in ("indexium_core", "dashboards"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), path))
    return found


@functools.cache
def imports_of(path: Path) -> set[str]:
    """Return every module that the file imports, late imports included; never change the result."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def complaints(module: str, imports: set[str]) -> list[str]:
    """Return the forbidden imports of one module."""
    own = room_of(module)
    if own is None:
        return [] if module == "indexium_core" else [f"{module} lies in no room of LAYERS"]
    found = []
    for name in sorted(imports):
        room = room_of(name)
        if room is None or room == own:
            continue
        if LAYERS[room] > LAYERS[own]:
            found.append(f"{module} (layer {LAYERS[own]}) imports {name} of a higher layer ({LAYERS[room]})")
        elif LAYERS[own] == 2 and LAYERS[room] == 2:
            found.append(f"{module} imports {name}: outside worlds do not know one another; join them in flows")
        elif own in FRONT_ENDS and not name.startswith((*FRONT_END_MAY_IMPORT, *FRONT_ENDS)):
            found.append(f"{module} imports {name}: front ends call Library and see only values")
    return found


# A capability imports only from itself and from those before it.
CAPABILITIES = [
    "accounts",
    "jobs",
    "people",
    "review",
    "scanning",
    "pictures",
    "fields",
    "properties",
    "providers",
    "titles",
    "artwork",
    "matching",
    "enrichment",
    "planning",
    "writing",
    "publishing",
    "players",
    "automation",
    "webhooks",
    "ratings",
    "history",
    "approvals",
    "exchange",
    "checks",
    "snapshots",
    "home",
]


def later_capabilities(module: str, imports: set[str]) -> list[str]:
    """Return the imports of a module in `flows` from a later capability."""
    own = module.split(".")[2:3]
    if not module.startswith("indexium_core.flows.") or not own:
        return []
    rank = CAPABILITIES.index(own[0])
    others = {name for name in imports if name.startswith("indexium_core.flows.")}
    return sorted(name for name in others if CAPABILITIES.index(name.split(".")[2]) > rank)


def test_capabilities_import_one_way() -> None:
    found = {module: later_capabilities(module, imports_of(path)) for module, path in modules()}
    assert {module: names for module, names in found.items() if names} == {}


def test_guard_of_capabilities_reports_wrong_direction() -> None:
    assert later_capabilities("indexium_core.flows.people.people_service", {"indexium_core.flows.home.doctor"})
    assert not later_capabilities("indexium_core.flows.home.doctor", {"indexium_core.flows.people.people_service"})


def other_pages(module: str, imports: set[str]) -> list[str]:
    """Return the imports of a page of the dashboard from another page: what two pages share is a component."""
    own = ".".join(module.split(".")[:3])
    if not module.startswith("dashboards.pages."):
        return []
    return sorted(
        name for name in imports if name.startswith("dashboards.pages.") and not f"{name}.".startswith(f"{own}.")
    )


def test_pages_do_not_know_one_another() -> None:
    found = {module: other_pages(module, imports_of(path)) for module, path in modules()}
    assert {module: names for module, names in found.items() if names} == {}
    assert other_pages("dashboards.pages.history.history_charts", {"dashboards.pages.plan.risk_chart"})
    assert not other_pages("dashboards.pages.plan.risk_chart", {"dashboards.pages.plan.search.plan_header"})


def test_imports_go_one_way() -> None:
    assert [complaint for module, path in modules() for complaint in complaints(module, imports_of(path))] == []


def test_guard_reports_upward_import() -> None:
    assert complaints("indexium_core.model.planning.plan", {"indexium_core.flows.planning.planner"})
    assert complaints("indexium_core.store.catalog.catalog", {"indexium_core.files.walk"})
    assert complaints("dashboards.app", {"indexium_core.store.database"})
    assert not complaints("dashboards.app", {"indexium_core.library.Library"})


def test_only_interfaces_import_panel_and_typer() -> None:
    heavy = {"panel", "param", "holoviews", "hvplot", "typer"}
    found = {module: heavy & {name.split(".")[0] for name in imports_of(path)} for module, path in modules()}
    assert {module: names for module, names in found.items() if names and not module.startswith(FRONT_ENDS)} == {}
    assert any(found.values())


DISK = "indexium_core.files.journal.disk"
LIBRARIES = {"mmap", "tempfile", "ctypes"}  # functions that can change files and bypass all checks
READERS = {"indexium_core.files.volumes": {"ctypes"}}  # queries the type of a file system
CHANGING = re.compile(
    r"os\.(p?writev?|sendfile|splice|copy_file_range|f?truncate|posix_fallocate|f(data)?sync|sync|link|symlink|renames?"
    r"|replace|unlink|remove(dirs|xattr)?|rmdir|mkdir|makedirs|mkfifo|mknod|utime|[fl]?chmod|[fl]?chown|l?chflags|setxattr"
    r"|O_(RDWR|WRONLY|CREAT|TRUNC|APPEND|TMPFILE))"
    r"|shutil\.(copy\w*|move|rmtree|chown)"
    r"|(?!disk\.).*\.(write_bytes|write_text|touch|hardlink_to|symlink_to|rmdir|mkdir|l?chmod|unlink)",
    re.DOTALL,
)


def test_only_one_module_changes_media_files() -> None:
    """There is one safe writer: below files/, only the module that the crash tests cover calls mutators."""
    found = []
    for module, path in modules():
        if module.startswith("indexium_core.files") and module != DISK:
            tree = parsed(path)
            found += [f"{module}: {what}" for what in changes(tree) if what not in READERS.get(module, ())]

    assert found == []


def changes(tree: ast.AST) -> list[str]:
    """Return the calls of a module that can change a file."""
    found = []
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute | ast.Call) else ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", None) or ""
            found += sorted(LIBRARIES & {origin, *(alias.name for alias in node.names)})
            found += [f"{origin}.{alias.name}" for alias in node.names if origin in {"os", "shutil"}]
        elif isinstance(node, ast.Attribute) and CHANGING.fullmatch(text):
            found.append(text)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("open"):
            modes = [
                part.value
                for part in node.args + [word.value for word in node.keywords]
                if isinstance(part, ast.Constant)
            ]
            found += [text for mode in modes if re.fullmatch(r"[rwax]b?\+b?|[wax]b?", str(mode))]
    return found


@each_case(
    "text",
    [
        "os.rename(a, b)",
        "from os import unlink",
        "shutil.move(a, b)",
        "os.open(path, os.O_RDONLY | os.O_CREAT)",
        "open(path, 'wb')",
        "path.open('r+b')",
        "path.write_bytes(b'')",
        "path.unlink()",
    ],
)
def test_guard_of_media_files_reports_mutators(text: str) -> None:
    assert changes(ast.parse(text))


def test_guard_of_media_files_lets_reading_pass() -> None:
    text = "os.open(path, os.O_RDONLY); open(path, 'rb'); path.stat(); text.replace('a', 'b'); disk.rename(a, b)"
    assert changes(ast.parse(text)) == []


@each_case(
    "text",
    [
        "csv.writer(f)",
        "from csv import writer",
        "table.to_csv()",
        "table.to_excel(f)",
        "con.execute('(FORMAT csv)')",
        "import openpyxl",
    ],
)
def test_guard_of_spreadsheets_reports_writers(text: str) -> None:
    assert written_spreadsheets(ast.parse(text))


def test_one_module_writes_csv() -> None:
    """A cell of any other writer could be a formula."""
    found = {module: written_spreadsheets(parsed(path)) for module, path in modules()}
    assert {module: what for module, what in found.items() if what} == {
        "indexium_core.model.planning.cells": ["csv.writer"]
    }


def written_spreadsheets(tree: ast.AST) -> list[str]:
    """Return the calls of a module that write a CSV or a workbook."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
            found += sorted(names & {"writer", "DictWriter", "openpyxl", "xlsxwriter", "odf"})
        elif isinstance(node, ast.Attribute) and node.attr in SPREADSHEET_NAMES:
            found += [text for text in [ast.unparse(node)] if SPREADSHEETS.fullmatch(text)]
        elif isinstance(node, ast.Constant) and re.search(r"\bformat\s+'?(csv|xlsx)\b", str(node.value), re.IGNORECASE):
            found.append(str(node.value))
    return found


def test_no_sql_outside_store_and_query_compiler() -> None:
    culprits = []
    for module, path in modules():
        if module.startswith(("indexium_core.store", "indexium_core.model.query")):
            continue
        nodes = ast.walk(parsed(path))
        texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        culprits += [f"{module}:{node.lineno}" for node in texts if SQL.match(node.value)]

    assert culprits == []
