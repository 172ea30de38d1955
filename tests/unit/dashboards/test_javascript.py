"""The scripts of the pages, parsed by Node."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import dashboards
from indexium_core.library import Library
from indexium_core.model import wording
from tests.support import call_types
from tests.support.oracles import oracle

FACE = Path(dashboards.__file__).parent / "assets" / "face"
MODULES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FACE.glob("*.js"))}
MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
NUMBERS = (0, 1, 2, 12, 999, 1000, 1204, 1_000_000, 12_345_678)
CALLS: list[tuple[str, list[Any]]] = [
    *(("count", [number]) for number in NUMBERS),
    *(("plural", [number, "file"]) for number in NUMBERS),
    *(("plural", [number, "person", "people"]) for number in NUMBERS),
    *(("and_more", [number]) for number in NUMBERS),
    *(("kept_back", [number]) for number in NUMBERS),
    *(("range_of", [1, number, number]) for number in NUMBERS),
    *(("size", [number]) for number in (*NUMBERS, 1050, 1250, 1750, 12_500, 13_500, 999_499, 999_950, 2**53)),
    *(
        (name, [seconds])
        for name in ("duration", "estimate")
        for seconds in (0.003, 0.25, 0.9996, 1, 2.14, 2.25, 12.5, 45, 59.5, 60, 3900, 9000)
    ),
]


def node(script: str, *options: str) -> str:
    command = [oracle("node"), "--input-type=module", "--no-warnings", *options]
    done = subprocess.run(command, input=script, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_valid_javascript() -> None:
    script = f"""import vm from "node:vm"
        const modules = {json.dumps(MODULES)}
        for (const [identifier, text] of Object.entries(modules)) new vm.SourceTextModule(text, {{identifier}})
    """
    node(script, "--experimental-vm-modules")


def test_scripts_make_no_markup_of_texts() -> None:
    assert [(name, each) for name, text in MODULES.items() for each in MARKUP if each in text] == []


def test_python_and_javascript_wording_agree() -> None:
    script = f"""{MODULES["wording.js"]}
        const renamed = {{and_more: andMore, range_of: rangeOf, kept_back: keptBack}}
        const functions = {{count, plural, size, duration, estimate, ...renamed}}
        const results = {json.dumps(CALLS)}.map(([name, values]) => functions[name](...values))
        console.log(JSON.stringify(results))
    """
    expected = [getattr(wording, name)(*values) for name, values in CALLS]
    assert json.loads(node(script)) == expected


def test_every_javascript_wording_function_is_compared() -> None:
    names = {line.split()[2] for line in MODULES["wording.js"].splitlines() if line.startswith("export const")}
    assert names == {"count", "plural", "andMore", "rangeOf", "keptBack", "size", "duration", "estimate"}


def test_every_right_that_a_script_asks_for_is_that_of_a_call() -> None:
    """A name that no call has would be forbidden to nobody."""
    known = (FACE / "values.d.ts").read_text(encoding="utf-8")
    asked = {
        (path.name, name)
        for path in FACE.glob("*.js")
        for name in re.findall(r'(?:needs: |\bmay\()"([a-z_]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert {(file, name) for file, name in asked if f'"{name}": [args' not in known} == set()


def test_scripts_have_types_of_calls(tmp_path: Path) -> None:
    written = call_types.FILE.read_text(encoding="utf-8")
    with Library.open(tmp_path / "home") as library:
        made = call_types.description(call_types.services_of(library))
    assert written == made, "Run: python -m tests.support.call_types"
