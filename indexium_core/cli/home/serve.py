"""`serve` and `demo`: the dashboard of your own home, or of a demo library with small real clips."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from indexium_core import errors, settings, signals
from indexium_core.cli import output, termination
from indexium_core.cli.frame import app, chosen_home
from indexium_core.cli.home_wait import open_alone
from indexium_core.library import Library
from indexium_core.model import wording

Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for a free one.")]
Open = Annotated[bool, typer.Option("--open", help="Open the dashboard in the browser.")]


@app.command(epilog="Example: indexium serve --open")
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to bind.")] = "127.0.0.1",
    port: Port = 5006,
    open_browser: Open = False,
    allow_remote: Annotated[
        bool,
        typer.Option(
            "--allow-remote", help="Let other machines reach an address of --host: everybody needs to sign in."
        ),
    ] = False,
    token: Annotated[
        bool, typer.Option("--token", help="On a shared computer: browsers need the address that is printed.")
    ] = False,
) -> None:
    """Serve the dashboard."""
    if token and (allow_remote or open_browser):
        raise errors.UsageError(
            "--token is for browsers on this computer: with --allow-remote, everybody needs to sign in."
            if allow_remote
            else "With --token, --open would show the address to others in the list of processes. Open it yourself."
        )
    home = chosen_home(context)
    _serve(
        home,
        lambda url: Library.open(home, url=url, take_over="all"),
        host=host,
        port=port,
        open_browser=open_browser,
        allow_remote=allow_remote,
        needs_key=token,
    )


@app.command(epilog="Example: indexium demo --dir /tmp/demo --no-serve")
def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the demo; nothing outside it changes.")] = Path(
        "indexium-demo"
    ),
    files: Annotated[int, typer.Option(min=1, help="Approximate number of clips.")] = 60,
    port: Port = 5006,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Create the demo without serving it.")] = False,
    open_browser: Open = False,
) -> None:
    """Create a demo library of small real clips, plan it, and serve its dashboard."""
    from indexium_core import demo as demo_library

    folder = folder.absolute()
    home = settings.load(context.obj).home if context.obj else folder / ".indexium"  # never the real home

    def opened(url: str) -> Library:
        with output.bar("Making clips") as update:
            library = demo_library.open_library(folder, files=files, home=home, url=url, progress=update)
        statistics = library.plan().statistics
        output.note(
            f"Demo library in {folder}: {wording.files(statistics.total_files)} in the plan, "
            f"{statistics.safe_count} safe, {statistics.warning_count} warning, {statistics.danger_count} danger, "
            f"{statistics.blocked_count} blocked, {statistics.unchanged_count} unchanged."
        )
        return library

    if no_serve:
        open_alone(home, lambda: opened("")).close()
    else:
        # The home is opened once, so that the jobs of its first scan run on.
        _serve(home, opened, host="127.0.0.1", port=port, open_browser=open_browser, allow_remote=False)


def _serve(
    home: Path,
    open_library: Callable[[str], Library],
    *,
    host: str,
    port: int,
    open_browser: bool,
    allow_remote: bool,
    needs_key: bool = False,
) -> None:
    """Serve a home, which `open_library` opens for an address. `needs_key`: browsers need the printed address."""
    gc.set_threshold(20_000, 10, 10)
    # A stop signal ends the service normally, even if it arrives before the server handles signals.
    with contextlib.suppress(signals.Stopped):
        from dashboards.web import (  # here, because the import is slow and other commands do not need it
            first_person,
            server,
        )
        from dashboards.web.accounts import browser_key

        server.require_consent(host, allow_remote=allow_remote)  # before anything is said about the service
        port = server.free_port(
            host, port, home=home
        )  # before the home is locked, so that a port in use is reported at once
        url = server.address(host, port)
        with open_alone(home, lambda: open_library(url)) as library:
            for sentence in library.notices:
                output.note(sentence)
            for line in first_person.remote_access(library, host, url):
                output.note(line)
            key = browser_key.BrowserKey() if needs_key else None
            output.note(f"Dashboard: {key.address(url) if key else url}   (Ctrl-C stops it)")
            server.serve(library, host=host, port=port, open_browser=open_browser, allow_remote=allow_remote, key=key)
    termination.end()
