"""The import of an uploaded list of people: a preview line by line, then the import."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dashboards.bridge import Bridge
from dashboards.pages.library.import_preview import import_preview, imported
from dashboards.result_cache import Upload
from dashboards.session import Session
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.people.import_report import ImportCheck


class PeopleImport:
    """Previews and imports one upload at a time, in one session."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        session: Session,
        imported: Callable[[str], None],
        draw: Callable[[], None],
    ) -> None:
        """Create the import; `imported` receives the result as text, `draw` updates `view` on the page."""
        self._library, self._bridge, self._session = library, bridge, session
        self._done, self._draw = imported, draw
        self._upload: Upload | None = None
        self._check: ImportCheck | None = None
        self._roots: list[str] = []
        self._root = ""
        self._replace = False
        self._busy = ""  # the progress of a comparison with a legacy database
        self._calls = 0  # the number of the newest call whose progress is shown

    def view(self) -> dict[str, Any] | None:
        """Return the view of the upload, or None without an upload."""
        if self._busy:
            return {"busy": self._busy}
        if self._upload is None or self._check is None:
            return None
        roots = list(dict.fromkeys([self._check.root, *self._roots]))
        return import_preview(self._upload.name, self._check, roots, replace=self._replace)

    def uploaded(self, message: Mapping[str, Any]) -> None:
        """Read an upload: find the folder of its paths, and show a preview."""
        token, on_progress = str(message["token"]), self._new_reporter()

        def read() -> tuple[Upload, str, ImportCheck]:
            upload = self._session.result_cache.find(token, Upload)
            with _called(upload):
                root = self._library.people.root_for(upload.path)
                check = self._library.people.check_import(upload.path, root=root or None, on_progress=on_progress)
                return upload, root, check

        def show(found: tuple[Upload, str, ImportCheck]) -> None:
            self._upload, self._root, self._check = found
            self._end_progress()
            self._roots, self._replace = [row.path for row in self._library.inventory.list()], False
            self._draw()

        self._bridge.run(read, show, name="upload", failed=self._failed)

    def start_from(self, root: str) -> None:
        """Refresh the preview: the paths start from another folder."""
        self._root = root
        self._refresh()

    def set_replace(self, *, on: bool) -> None:
        """Refresh the preview: the import replaces or adds people."""
        self._replace = on
        self._refresh()

    def leave(self) -> None:
        """Discard the upload."""
        self._upload = self._check = None
        self._draw()

    def run(self) -> None:
        """Import the previewed list."""
        upload, root, replace = self._upload, self._root or None, self._replace
        if upload is None or "import_people" in self._bridge.busy:
            return
        on_progress = self._new_reporter()

        def done(report: Any) -> None:
            self._upload = self._check = None
            self._end_progress()
            self._done(imported(report))

        self._bridge.run(
            lambda: self._library.people.import_file(
                upload.path, root=root, replace=replace, name=upload.name, on_progress=on_progress
            ),
            done,
            name="import_people",
            once=True,
            failed=self._failed,
        )

    def _refresh(self) -> None:
        upload, root, replace = self._upload, self._root or None, self._replace
        if upload is None:
            return
        on_progress = self._new_reporter()

        def show(check: ImportCheck) -> None:
            self._check = check
            self._end_progress()
            self._draw()

        self._bridge.run(
            lambda: self._library.people.check_import(upload.path, root=root, replace=replace, on_progress=on_progress),
            show,
            name="upload",
            failed=self._failed,
        )

    def _new_reporter(self) -> Callable[[int, int], None]:
        """Return the progress callback of a new call; progress of an earlier or a completed call is not shown."""
        self._calls += 1
        number = self._calls

        def report_progress(done: int, total: int) -> None:  # runs on the thread of the work
            def show() -> None:
                if number == self._calls:
                    self._busy = f"Comparing files by their content … {wording.count(done)} of {wording.count(total)}"
                    self._draw()

            self._bridge.soon(show)

        return report_progress

    def _end_progress(self) -> None:
        self._calls += 1
        self._busy = ""

    def _failed(self, error: errors.IndexiumError) -> None:
        self._upload = self._check = None
        self._end_progress()
        self._bridge.toast("error", error.message)
        self._draw()


@contextlib.contextmanager
def _called(upload: Upload) -> Iterator[None]:
    """Replace the path of an upload in messages by its original name."""
    try:
        yield
    except errors.UsageError as error:
        raise errors.UsageError(error.message.replace(str(upload.path), upload.name)) from error
