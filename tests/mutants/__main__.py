"""
Put one small fault each into some functions, and list those that no test notices.

    python3 start.py mutants                     20 functions that this branch or an uncommitted change touches
    python3 start.py mutants v1.2                20 functions that differ from a revision
    python3 start.py mutants --all --n 100       100 functions of the whole project
    python3 start.py mutants --all --in indexium_core/files
    python3 start.py mutants --tests tests       choose from all tests, which run once first

For each function, the test files that name its module, its class or itself run once and note which test reaches the
place of the fault, in its own process or in one that it starts. Then these tests run with the fault, the quickest
first, until one fails: first unit tests, then integration tests, then those with killed processes and browsers. NOTICED
is good. SURVIVED means: read the difference, and decide if a person would notice it; if so, the test of that rule lacks
an assertion. NOT RUN means that no test reached the place. Faults go into copies: the working tree stays as it is.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import contextlib
import difflib
import functools
import itertools
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutants.faults import Fault, Function, faults, functions, probe
from tests.mutants.reached import FILE_OF_TESTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexium_core", "dashboards")
ROUNDS = (("guards", "unit"), ("integration",), ("crash", "browser"))  # folders of tests, the quickest first
MOST_FILES = 4  # test files of a function in a round
MOST_TESTS = 60  # of a fault
SLOWEST = 300  # seconds of the tests of a fault
REACHED = "indexium_core/reached.py"  # the module that copies have while they record
_TIMES = itertools.count(1_000_000_000, 2)
SURVIVED, NOTICED, NOT_RUN = "SURVIVED", "NOTICED", "NOT RUN"


@dataclass(slots=True)
class Mutant:
    """A function of a file with one fault."""

    path: str  # from the root
    function: Function
    fault: Fault
    source: bytes
    files: list[str] = field(default_factory=list)  # test files that may notice it
    tests: list[str] = field(default_factory=list)  # tests that execute the line, the quickest first
    state: str = NOT_RUN
    by: str = ""  # the test that noticed it

    @property
    def place(self) -> str:
        """File and line, the function and the kind of the fault."""
        return f"{self.path}:{self.fault.line} {self.function.name} ({self.fault.kind})"

    def difference(self) -> str:
        """Return the change as a difference of lines."""
        both = [text.decode().splitlines(keepends=True) for text in (self.source, self.fault.applied(self.source))]
        return "".join(difflib.unified_diff(*both, f"a/{self.path}", f"b/{self.path}", n=1))


def main(words: Sequence[str]) -> int:
    """Draw the mutants, run their tests, print what each test noticed; the exit code is 1 if one survived."""
    options = _parser().parse_args(words)
    if options.all and options.base:
        return _refuse("Name a revision or --all, not both.")
    base = None if options.all else options.base or _base()
    if base and _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}").returncode:
        return _refuse(f"Git knows no revision '{base}'. 'git log' lists them.")
    missing = [each for each in (*options.folders, *options.tests) if not (ROOT / each).exists()]
    if missing:
        return _refuse(f"There is no '{missing[0]}' in this project.")
    seed = random.randrange(10_000) if options.seed is None else options.seed
    mutants = drawn(candidates(options.folders, base), options.n, random.Random(seed))
    if not mutants:
        print(f"No function of five lines differs from {base}." if base else "There is no function of five lines.")
        return 0
    print(f"{len(mutants)} faults (--seed {seed})", flush=True)
    for folders in [options.tests] if options.tests else ROUNDS:
        left = [each for each in mutants if each.state != NOTICED]
        for mutant in left:
            mutant.files = options.tests or likely_files(mutant.path, mutant.function, folders)
        record(left)
        judge([each for each in left if each.tests])
    for mutant in mutants:
        if mutant.state != NOTICED:
            print(f"{mutant.state:<9} {mutant.place}\n{mutant.difference()}")
    totals = collections.Counter(each.state for each in mutants)
    print(", ".join(f"{totals[state]} {state.lower()}" for state in (NOTICED, SURVIVED, NOT_RUN)), f"(--seed {seed})")
    return 1 if totals[SURVIVED] or totals[NOT_RUN] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 start.py mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", nargs="?", help="a revision of Git; default: where this branch left main")
    parser.add_argument("--all", action="store_true", help="draw from all functions")
    parser.add_argument("--in", dest="folders", action="append", default=[], help="only below this folder or file")
    parser.add_argument("--tests", action="append", default=[], help="choose from the tests of this folder or file")
    parser.add_argument("--n", type=int, default=20, help="number of faults (20)")
    parser.add_argument("--seed", type=int, help="draw the same faults again")
    return parser


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)


def _base() -> str:
    """Return the commit in which this branch left the main branch; on the main branch itself, its last commit."""
    for name in ("origin/main", "main"):
        found = _git("merge-base", "HEAD", name)
        if not found.returncode:
            return found.stdout.decode().strip()
    return "HEAD"


def candidates(folders: Sequence[str], base: str | None) -> list[tuple[str, bytes, Function]]:
    """Return path, text and function of what may get a fault: with a revision, only what differs from it."""
    found = []
    for top in folders or PACKAGES:
        for file in sorted((ROOT / top).rglob("*.py")) if (ROOT / top).is_dir() else [ROOT / top]:
            path, source = file.relative_to(ROOT).as_posix(), file.read_bytes()
            same: set[tuple[str, str]] = set()
            if base:
                old = _git("show", f"{base}:{path}")
                if old.stdout == source:
                    continue
                same = {(each.name, each.text) for each in functions(old.stdout)}
            found += [(path, source, each) for each in functions(source) if (each.name, each.text) not in same]
    return found


def drawn(found: list[tuple[str, bytes, Function]], number: int, chance: random.Random) -> list[Mutant]:
    """Return one fault each for random functions."""
    made: list[Mutant] = []
    for path, source, function in chance.sample(found, len(found)):
        possible = faults(function, source)
        if possible and len(made) < number:
            kind = chance.choice(sorted({each.kind for each in possible}))  # else most would be constants
            fault = chance.choice([each for each in possible if each.kind == kind])
            made.append(Mutant(path, function, fault, source))
    return made


@functools.cache
def _texts() -> dict[str, str]:
    """Return the text of each test file."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}


def likely_files(path: str, function: Function, folders: Sequence[str]) -> list[str]:
    """Return the test files that most likely execute a function: by module, by file name, by class and by its name."""
    module, stem = path.removesuffix(".py").replace("/", "."), Path(path).stem
    package, owner, name = module.rpartition(".")[0], *function.name.rpartition(".")[::2]
    imports = re.compile(
        rf"\b(?:from {re.escape(package)} import [^\n]*\b{stem}\b|(?:from|import) {re.escape(module)}\b)"
    )
    names = (owner.rpartition(".")[2], name.strip("_"))
    words = [re.compile(rf"\b{re.escape(each)}\b") for each in names if len(each) > 4]
    ranks = []
    for file, text in _texts().items():
        likeness = 4 * bool(imports.search(text)) + 3 * (Path(file).stem == f"test_{stem}")
        likeness += 2 * (stem.strip("_") in Path(file).stem) + sum(bool(each.search(text)) for each in words)
        if likeness and file.split("/")[1] in folders:
            ranks.append((-likeness, file))
    return [file for _, file in sorted(ranks)[:MOST_FILES]]


def record(mutants: list[Mutant]) -> None:
    """Run the test files of all mutants once without a fault, and give each mutant the tests that reach its place."""
    files = sorted({each for mutant in mutants for each in mutant.files})
    if not files:
        return
    print(f"  tests that reach {len(mutants)} places: {len(files)} files or folders ...", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder, found = _copied(Path(name) / "copy"), Path(name) / "found"
        shutil.copyfile(Path(__file__).with_name("reached.py"), folder / REACHED)
        found.touch()
        ordered = sorted(
            enumerate(mutants), key=lambda each: -each[1].fault.start
        )  # what stands before keeps its place
        for number, mutant in ordered:
            source = (folder / mutant.path).read_bytes()
            _write(folder / mutant.path, probe(mutant.function, mutant.fault, source, number))
        words = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder", "--durations=0", *files]
        done = _pytest(folder, words, {FILE_OF_TESTS: str(found)}, None)
        seconds, reached = _seconds(done.stdout), collections.defaultdict(set)
        for line in found.read_text(encoding="utf-8").splitlines():
            number, _, test = line.partition("\t")
            reached[int(number)].add(test)
    for number, mutant in enumerate(mutants):
        mutant.tests = _varied(reached[number], seconds)[:MOST_TESTS]


def _seconds(printed: str) -> dict[str, float]:
    """Return how long each test took, from the list of durations."""
    found: dict[str, float] = {}
    for amount, test in re.findall(r"^([\d.]+)s \w+\s+(\S.*)$", printed, re.MULTILINE):
        found[test] = found.get(test, 0.0) + float(amount)
    return found


def _varied(tests: set[str], seconds: dict[str, float]) -> list[str]:
    """Return tests in the order in which they run: one case of each test function first, and the quickest first."""
    groups = collections.defaultdict(list)
    for test in sorted(tests, key=lambda each: (seconds.get(each, 0.0), each)):
        groups[test.partition("[")[0]].append(test)
    ranks = [(place, seconds.get(each, 0.0), each) for group in groups.values() for place, each in enumerate(group)]
    return [each for _, _, each in sorted(ranks)]


def judge(mutants: list[Mutant]) -> None:
    """Run the tests of each mutant, two at a time, and print those that are noticed."""
    copies: queue.Queue[Path] = queue.Queue()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name in ("one", "other"):
            copies.put(_copied(Path(folder) / name))
        for mutant in pool.map(functools.partial(_judged, copies=copies), mutants):
            if mutant.state == NOTICED:
                print(f"{NOTICED:<9} {mutant.place}  {mutant.by}", flush=True)


def _judged(mutant: Mutant, copies: queue.Queue[Path]) -> Mutant:
    """Run the tests of a mutant in a free copy of the project, until one fails that passes without the fault."""
    with _taken(copies) as folder:
        tests = mutant.tests
        while tests and mutant.state != NOTICED:
            mutant.state = SURVIVED
            try:
                _write(folder / mutant.path, mutant.fault.applied(mutant.source))
                done = _pytest(folder, ["-x", *tests], {}, SLOWEST)
                _write(folder / mutant.path, mutant.source)
                if not done.returncode:
                    break
                failed = _failed(done.stdout, tests) or tests  # none is named if the fault ends the whole run
                if not _pytest(folder, failed, {}, SLOWEST).returncode:
                    mutant.state, mutant.by = NOTICED, failed[0]
                tests = [each for each in tests if each not in failed]
            except subprocess.TimeoutExpired:
                mutant.state, mutant.by = NOTICED, "the tests do not end"
            finally:
                _write(folder / mutant.path, mutant.source)
    return mutant


def _failed(printed: str, tests: Sequence[str]) -> list[str]:
    """Return the test that the summary of pytest names; the names of some have spaces."""
    lines = [line for line in printed.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return [each for each in tests if any(f"{line} - ".partition(" ")[2].startswith(f"{each} - ") for line in lines)]


@contextlib.contextmanager
def _taken(copies: queue.Queue[Path]) -> Iterator[Path]:
    folder = copies.get()
    try:
        yield folder
    finally:
        copies.put(folder)


def _pytest(
    folder: Path, words: list[str], extra: dict[str, str], seconds: int | None
) -> subprocess.CompletedProcess[str]:
    """Run tests without their repetition: a repeated test would hide a fault that depends on time."""
    command = [sys.executable, "-m", "pytest", "-q", "--force-reruns=0", "-p", "no:cacheprovider", *words]
    own = {"PYTHONPATH": str(folder), "PYTHONPYCACHEPREFIX": str(folder / "build" / "pycache")}
    return subprocess.run(
        command, cwd=folder, env=os.environ | own | extra, capture_output=True, text=True, timeout=seconds, check=False
    )


def _copied(folder: Path) -> Path:
    """Copy the files that Git knows or would add."""
    for name in _git("ls-files", "-coz", "--exclude-standard").stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _write(file: Path, content: bytes) -> None:
    """Write a file with a time that no version before it had, so that Python compiles it again."""
    if file.read_bytes() != content:
        file.write_bytes(content)
        moment = next(_TIMES)
        os.utime(file, (moment, moment))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
