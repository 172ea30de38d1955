#!/usr/bin/env python3
"""
Set Indexium up and start it: `python3 start.py` opens the demo, `python3 start.py test` runs every check.

`lint`, `types` and `test PATH` run one part of the checks; CONTRIBUTING.md says how a change is made.

The first run needs Python 3.11 or newer and an internet connection. Everything is installed into `.venv` beside this
file; the packages of the system do not change. Each later run checks the installation, which takes about a second. Any
other words are arguments of the `indexium` command.

Very old versions of Python must be able to parse this file, so that they print the message below.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Indexium needs Python 3.11 or newer; this is %d.%d. Install a newer Python and run this file with it."
        % sys.version_info[:2]
    )

try:
    import hashlib
    import importlib.util
    import json
    import os
    import platform
    import shutil
    import signal
    import subprocess
    from pathlib import Path
except KeyboardInterrupt:
    sys.exit(130)

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("INDEXIUM_VENV", HERE / ".venv"))
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "indexium-setup.json"


HELP = """python3 start.py              set up (once), make the demo library, open the dashboard on it
python3 start.py test         run lint, types and the tests of a change, on all cores
python3 start.py test --all   run also the further tests and every case: some hours
python3 start.py test PATH    run only these tests; words of pytest work, too, for example -k rating
python3 start.py mutants      put faults into changed functions, and list those that no test notices
python3 start.py lint         check the style of Python and JavaScript
python3 start.py types        check the types of Python and JavaScript
python3 start.py WORDS ...    the `indexium` command, for example:

    python3 start.py scan ~/Videos
    python3 start.py plan "risk:danger"
    python3 start.py commands      lists all of them

Everything that is installed goes into .venv beside this file. docs/quickstart.md shows the next steps."""


class SetUpError(Exception):
    """A failed installation method; the message has the reason."""


class WordsError(Exception):
    """Words that name no check and no test; the message has the remedy."""


def main(words):
    """Set up what the words need, run it, and return its exit code."""
    if words[:1] in (["-h"], ["--help"], ["help"]):
        say(HELP)
        return 0
    if words == ["commands"]:
        words = ["--help"]
    check = CHECKS.get(words[0]) if words else None
    try:
        if check:
            require_known(words)
        set_up("test" if check else "")
        return check(words[1:]) if check else run_indexium(words or ["demo", "--open"])
    except WordsError as failure:
        sys.stderr.write("%s\n" % failure)
        return 2
    except SetUpError as failure:
        sys.stderr.write("\nSet-up failed: %s\n" % failure)
        return 2
    except KeyboardInterrupt:
        return 130


def say(text):
    """Print at once, so that the order with other programs' output is kept."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run_indexium(words):
    """Run the `indexium` command in the environment."""
    called = "py start.py" if os.name == "nt" else "python3 start.py"
    processes, waiting = [], []

    def pass_on(number, _):
        """Unlike Ctrl-C, SIGTERM reaches only this process. The command ends as after Ctrl-C."""
        if processes:
            processes[0].send_signal(number)
        else:
            waiting.append(number)

    signal.signal(signal.SIGTERM, pass_on)
    process = subprocess.Popen([str(PYTHON), "-m", "indexium_core.cli", "--called", called] + words)
    processes.append(process)
    while waiting:  # the signals that came before the command ran
        process.send_signal(waiting.pop())
    try:
        code = process.wait()
        return 128 - code if code < 0 else code
    except KeyboardInterrupt:  # the command gets Ctrl-C too, and finishes a file; `subprocess.call` would kill it
        process.wait()
        raise


def require_known(words):
    """Raise WordsError for words that a check does not know, before anything is installed for it."""
    if words[0] in ("lint", "types") and words[1:]:
        message = "'%s' checks all files and takes no further word; '%s' is one. Run: python3 start.py %s"
        raise WordsError(message % (words[0], words[1], words[0]))
    for word in words[1:] if words[0] == "test" else []:
        path = word.split("::")[0]
        is_path = not word.startswith("-") and ("/" in path or path.endswith(".py"))
        if is_path and not (HERE / path).exists():
            raise WordsError("There is no test '%s'. 'python3 start.py test tests/unit' runs those of a folder." % path)


def run_lint(_):
    """Check the style of Python and JavaScript; the first check that fails ends the run."""
    return run_ruff() or check_javascript([BIOME])


def run_types(_):
    """Check the types of Python and JavaScript; the first check that fails ends the run."""
    return run_mypy() or check_javascript([TSC])


def run_tests(words):
    """Run the tests that the words name. Words that name none run everything: lint, types and tests."""
    return run_everything(words) if words in ([], ["--all"]) else run_pytest(words)


def run_mutants(words):
    """Put faults into functions, and list those that no test notices."""
    return run_check(["mutants"] + words, [str(PYTHON), "-m", "tests.mutants"] + words)


CHECKS = {"lint": run_lint, "types": run_types, "test": run_tests, "mutants": run_mutants}
BIOME = ["biome", "ci", "--error-on-warnings"]
TSC = ["tsc", "--project", "tsconfig.json"]


def run_everything(words):
    """Run lint, types and tests; the first that fails ends the run."""
    # Each test process would compile the tests for itself. Another core compiles them during the checks.
    collecting = [str(PYTHON), "-m", "pytest", "--collect-only", "--quiet"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    compiling = subprocess.Popen(collecting, cwd=str(HERE), env=environment_of_checks(), **quiet)
    code = run_ruff() or run_mypy() or check_javascript([BIOME, TSC])
    if code:
        compiling.kill()
    compiling.wait()
    code = code or run_pytest(words)
    if not code:
        say("\nAll checks passed.")
    return code


def run_ruff():
    """Check the style of Python."""
    return run_module(["ruff", "check", "."]) or run_module(["ruff", "format", "--check", "."])


def run_mypy():
    """Check the types of Python."""
    return run_module(["mypy"])


def run_pytest(words):
    """Run tests: single files in one process, which starts in a second, and everything else on all cores."""
    named = [word for word in words if not word.startswith("-")]
    if named and all(".py" in word for word in named):
        return run_module(["pytest"] + words)
    # One process more than cores, because tests wait for disks, browsers and other processes for a third of their time.
    workers = "--numprocesses=%d" % ((os.cpu_count() or 1) + 1)
    # A file runs in one process, because its tests share costly fixtures. tests/conftest.py orders the files.
    return run_module(
        ["pytest", workers, "--dist=loadfile", "--no-loadscope-reorder", "--durations=10", "-rfER"] + words
    )


def run_module(words):
    """Run a check that is a module of the environment, and return its exit code."""
    return run_check(words, [str(PYTHON), "-m"] + words)


def run_check(words, command):
    """Run one check, which `words` name, and return its exit code."""
    say("\n$ " + " ".join(words))
    code = subprocess.call(command, cwd=str(HERE), env=environment_of_checks())
    if words[0] == "pytest" and code == 5:
        sys.stderr.write("\nNo test has these words. 'python3 start.py test PATH' runs those of a file or a folder.\n")
    elif code:
        sys.stderr.write("\n%s reports problems (exit code %d).\n" % (words[0], code))
    return code


def environment_of_checks():
    """Return an environment in which Python keeps compiled modules: the tests start hundreds of processes."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return dict(kept, PYTHONPYCACHEPREFIX=str(VENV / "pycache"))


def check_javascript(checks):
    """Run checks of the JavaScript; return the exit code. Without Node that is 0, but in CI 1."""
    try:
        programs = javascript_programs()
    except SetUpError as failure:
        say("\nThe JavaScript is not checked: %s." % failure)
        return 1 if os.environ.get("CI") == "true" else 0
    for check in checks:
        program = programs / (check[0] + (".cmd" if os.name == "nt" else ""))
        code = run_check(check, [str(program)] + check[1:])
        if code:
            return code
    return 0


def javascript_programs():
    """Install the programs of package.json, once for each version of that file, and return their folder."""
    for name in ("node", "npm"):
        if not shutil.which(name):
            raise SetUpError(name + " is not installed")
    folder = VENV / "node"
    wanted = (HERE / "package.json").read_bytes()
    installed = folder / "installed.json"
    if not installed.exists() or installed.read_bytes() != wanted:
        shutil.rmtree(str(folder), ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_bytes(wanted)
        npm = [shutil.which("npm"), "install", "--prefix", str(folder), "--no-package-lock", "--ignore-scripts"]
        try:
            call(npm + ["--no-audit", "--no-fund", "--fetch-retries=1"])
        except SetUpError:
            raise SetUpError("npm cannot install what package.json names; check the network")
        installed.write_bytes(wanted)
    return folder / "node_modules" / ".bin"


def set_up(extra):
    """Make `.venv` with everything that is needed; do nothing if it is complete."""
    wanted = fingerprint()
    done = read_stamp()
    if PYTHON.exists() and done.get("project") == wanted and (extra in done.get("extras", []) or not extra):
        return
    say("Setting up in " + VENV.name + " (once; the first download takes a few minutes) ...")
    requirement = "%s[%s]" % (HERE, extra) if extra else str(HERE)
    reasons = []
    for name, method in METHODS:
        try:
            method(["-e", requirement])
        except SetUpError as failure:
            reasons.append("  %s: %s" % (name, failure))
            continue
        known = done.get("extras", []) if done.get("project") == wanted else []
        extras = sorted(set(known + [extra]) - {""})
        STAMP.write_text(json.dumps({"project": wanted, "extras": extras}))
        return
    raise SetUpError("no installation method worked.\n" + "\n".join(reasons) + "\nMost likely fix: " + likely_fix())


def fingerprint():
    """Return what the environment depends on: the project's own list, this Python and this place."""
    text = (HERE / "pyproject.toml").read_bytes() + sys.version.encode() + os.fsencode(HERE)
    return hashlib.sha256(text).hexdigest()


def read_stamp():
    """Return what the last set-up noted, {} where there was none."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def likely_fix():
    """Return the command that most likely fixes the setup on this machine."""
    if shutil.which("apt-get"):
        return "sudo apt-get install python3-venv   then run this again (and check the network)."
    if shutil.which("dnf"):
        return "sudo dnf install python3-pip   then run this again (and check the network)."
    return sys.executable + " -m ensurepip --user   then run this again (and check the network)."


# Installation methods, best first. Each leaves a working .venv or raises SetUpError.


def with_uv(arguments):
    """Use uv where it is on the PATH."""
    uv = shutil.which("uv")
    if not uv:
        raise SetUpError("uv is not installed")
    if not PYTHON.exists():
        call([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)])
    call([uv, "pip", "install", "--quiet", "--python", str(PYTHON)] + arguments)


def with_ensurepip(arguments):
    """Use `venv` with the pip that comes with Python."""
    if not importlib.util.find_spec("ensurepip"):
        raise SetUpError("this Python comes without ensurepip")
    if not has_pip():
        call([sys.executable, "-m", "venv", "--clear", str(VENV)])
    install([str(PYTHON), "-m", "pip"], arguments)


def with_system_pip(arguments):
    """Use the system's pip from outside: it never installs into the system itself, so PEP 668 does not apply."""
    if not importlib.util.find_spec("pip"):
        raise SetUpError("the system has no pip")
    bare_venv()
    install([sys.executable, "-m", "pip", "--python", str(PYTHON)], arguments)


METHODS = [
    ("uv", with_uv),
    ("venv", with_ensurepip),
    ("venv and the system's pip", with_system_pip),
]


def has_pip():
    """Tell whether the environment is there and has a pip of its own."""
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0


def bare_venv():
    """Make the environment without pip, unless it is there and runs."""
    if PYTHON.exists() and subprocess.call([str(PYTHON), "-c", ""], stderr=subprocess.DEVNULL) == 0:
        return
    call([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])


def install(pip, arguments):
    """Install the project: the pip command given installs uv, and uv installs the rest in a quarter of pip's time."""
    quiet = ["--disable-pip-version-check", "--no-warn-script-location", "--quiet", "--progress-bar", "off"]
    try:
        call(pip + ["install"] + quiet + ["uv"])
        call([str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)] + arguments)
    except SetUpError:  # uv does not read the configuration of pip, for example the address of a local index
        call(pip + ["install"] + quiet + arguments)


def call(command):
    """Run a command; SetUpError with its last line where it does not succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["exit code %d" % done.returncode]
        telling = [line for line in lines if "rror" in line] or lines
        raise SetUpError(telling[-1].strip())


if __name__ == "__main__":
    if platform.system() == "Windows":
        say("Indexium is not tested on Windows yet; writing files is not available there.")
    sys.exit(main(sys.argv[1:]))
