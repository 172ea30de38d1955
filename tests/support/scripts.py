"""The scripts of the pages in Node, without a browser: their functions and declarations, with values of the library."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from indexium_core.model.shapes import plain
from tests.support.oracles import oracle

ROOT = Path(__file__).resolve().parents[2]
# What the modules ask of a browser when they are loaded. Nothing is drawn.
_BROWSER = """
const browser = new EventTarget()
const facts = JSON.stringify({
  ...{home: "", user: 1, session: 1, local: true, forbidden: [], refused: {}},
  ...{states: {running: ["running", "note"], completed: ["completed", "safe"], failed: ["failed", "danger"]}},
  ...{roles: {viewer: "sees", admin: "manages"}, pages: [], account: null, edits: true, page_size: 50, opening: null},
})
const element = text => {
  const parts = text ? [text] : []
  const own = {dataset: {}, style: {}, append: (...more) => parts.push(...more), setAttribute() {}}
  return Object.defineProperty(Object.assign(new EventTarget(), own), "textContent", {
    get: () => parts.map(part => part.textContent ?? part).join(""),
  })
}
Object.assign(globalThis, {
  window: Object.assign(browser, {matchMedia: () => Object.assign(new EventTarget(), {matches: true})}),
  matchMedia: () => Object.assign(new EventTarget(), {matches: true}),
  location: {pathname: "/", search: ""},
  history: {pushState() {}, replaceState() {}},
  document: {
    documentElement: {dataset: {}, hasAttribute: () => false},
    createElement: () => element(""),
    createTextNode: element,
    getElementById: () => ({textContent: facts}),
    querySelector: () => null,
  },
  HTMLElement: class {},
  Node: EventTarget,
})
"""


def evaluate(expression: str, *, root: Path = ROOT, **values: Any) -> Any:
    """
    Return the value of an expression of JavaScript. It may use the modules of the pages: `(await face("cells")).dayOf`.

    `values` are constants of the expression: values of the library have their JSON form. `root` has the modules.
    """
    known = "".join(f"const {name} = {json.dumps(value, default=plain)}\n" for name, value in values.items())
    script = (
        f"{_BROWSER}\nconst face = name => import(`#face/${{name}}.js`)\n{known}"
        f"console.log(JSON.stringify({expression}) ?? 'null')"
    )
    done = subprocess.run(
        [oracle("node"), "--input-type=module", "--no-warnings"],
        input=script,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
