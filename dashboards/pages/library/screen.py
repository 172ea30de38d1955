"""
The library page: all files as pictures or a table, or the folders with scans, the people of files, and lists of files.

In an empty home it shows the steps to a first plan. A scan runs in the process, not in the page: it continues when the
page is closed, and every page shows the same scan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dashboards.components.base import Component
from dashboards.pages.library import folders as drawing
from dashboards.pages.library.folder_adding import FolderAdding
from dashboards.pages.library.folder_titles import FolderTitles
from dashboards.pages.library.import_preview import imported
from dashboards.pages.library.people_import import PeopleImport
from dashboards.pages.library.pictures.browsing import Browsing
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import LibraryState
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.files.inventory import KINDS, MEDIA_NAMES, EmptyFolderReport, FilePage, LibraryDetails, Quality
from indexium_core.model.files.scan_reports import ScanReport
from indexium_core.model.people import people_comment
from indexium_core.model.publishing.options import PublishOptions

PER_PAGE = 25
SCANS = ("scan:started", "scan:progress")
NEWS = ("scan:completed", "plan:changed", "publications:changed")


class _LibraryResult(NamedTuple):
    """The data of the page, read at one time."""

    folders: list[LibraryDetails]
    quality: Quality
    page: FilePage | None
    planned: int
    written: bool  # a write exists, so the first steps are not shown
    publish: Mapping[int, PublishOptions]  # what each folder publishes


class LibraryScreen(Screen):
    """The page of the library in one session."""

    state: LibraryState

    def __init__(self, session: Session) -> None:
        self.state = LibraryState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._folders = drawing.Folders()
        self._result: _LibraryResult | None = None
        self._guided = False  # the first steps are shown in this session
        self._is_setup = False  # the page was opened without files: it shows the steps until it is opened again
        self._stopping = False
        self._report: ScanReport | None = None
        self._import = PeopleImport(library, bridge, session, self._imported, self._draw)
        self._adding = FolderAdding(session, self._folders, lambda row: self._scan(row.library_id))
        FolderTitles(session, self._folders, folder=self._folder, change=self._change)
        self._browsing = Browsing(session, self.state, self._show_as)
        self._listen()

    def _listen(self) -> None:
        self._folders.on(
            add=self._adding.add,
            hints=self._adding.hint,
            propose=self._adding.propose,
            browse=self._adding.browse,
            scan=lambda message: self._scan(message.get("id"), full=bool(message.get("full"))),
            stop=lambda _: self._stop(),
            gone=lambda message: self._check_missing(int(message["id"])),
            empty=lambda message: self._find_empty_folders(int(message["id"])),
            forget=lambda message: self._ask_forget(int(message["id"]), missing=True),
            remove=lambda message: self._ask_forget(int(message["id"]), missing=False),
            mode=self._set_mode,
            as_sql=lambda message: self._open_as_sql(int(message["id"])),
            media=lambda message: self._set_media(
                int(message["id"]), str(message["kind"]), included=bool(message["on"])
            ),
            ratings=self._set_write_ratings,
            photos=lambda message: self._include_photos(int(message["id"])),
            exclude=lambda message: self._set_exclude(int(message["id"]), str(message["patterns"])),
            uploaded=self._import.uploaded,
            upload_failed=lambda message: self._bridge.toast("error", str(message["text"])[:500]),
            root=lambda message: self._import.start_from(str(message["path"])),
            replace=lambda message: self._import.set_replace(on=bool(message["on"])),
            leave=lambda _: self._import.leave(),
            take=lambda _: self._take(),
            by_hand=lambda _: self._show_list("nobody"),
            plan=lambda _: self._session.go("plan"),
            dismiss=lambda _: self._dismiss(),
            kind=lambda message: self._show_list(str(message["kind"])),
            page=self._turn,
            planned=lambda message: self._session.search_plan(str(message["query"])),
            add_people=lambda message: self._ask_people(int(message["id"]), str(message["name"])),
            show=lambda message: self._show_as(str(message["as"])),
            **{"import": lambda _: self._import.run()},
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"library": self._folders, **self._browsing.roots()}

    def start(self) -> None:
        """Subscribe to the process's events."""
        self._bridge.listen(SCANS, self._draw, every=0.4)
        self._bridge.listen(NEWS, self._scanned, every=1.0)
        self._browsing.start()

    def enter(self) -> None:
        """Show the page, with the file that the address names in detail."""
        self.refresh()
        self._browsing.enter()

    def reset(self) -> None:
        """Show the library as its content suggests, with all files."""
        self._is_setup = False
        self.state.param.update(shows="", query="", kind="", number=1, file_id=None)
        self._browsing.follow()

    def follow_file(self) -> None:
        """Show the file in detail that the address of this page names."""
        self._browsing.follow()

    def _show_as(self, shows: str) -> None:
        """Show the library as pictures, as a table, or as folders."""
        if shows in ("pictures", "table", "folders"):
            self.state.param.update(shows=shows, kind="", number=1)
            self._session.update_address(push=True)
            self._draw()
            self.refresh()

    def _shows(self, result: _LibraryResult) -> str:
        """Return how the library is shown: pictures, or folders while it has no files and during its first scan."""
        if self.state.kind or not result.quality.all:
            return "folders"
        return self.state.shows or ("folders" if self._is_setup else "pictures")

    def refresh(self) -> None:
        """Read the folders and lists again, if the page is shown."""
        if self._session.is_showing("library"):
            self._bridge.run(self._read, self._show, name="library")

    def _scanned(self) -> None:
        if self._library.scans.progress() is None:
            self._stopping = False
        self.refresh()

    def _read(self) -> _LibraryResult:
        library, kind = self._library, self.state.kind
        statistics = self._session.read_cache.plan().statistics
        return _LibraryResult(
            library.inventory.libraries(),
            library.inventory.quality(),
            library.inventory.files(kind, page=self.state.number, per_page=PER_PAGE) if kind else None,
            statistics.safe_count + statistics.warning_count + statistics.danger_count,
            library.history(per_page=1).total > 0,
            library.publications.all_options(),
        )

    def _show(self, result: _LibraryResult) -> None:
        self._result = result
        if self._is_led(result):  # the last step appears after people were added
            self._guided = True
        if not result.quality.all:
            self._is_setup = True
        self._browsing.outdate()
        self._draw()

    # Displaying.

    def _draw(self) -> None:
        result = self._result
        if result is None or not self._session.is_showing("library"):
            return
        shows = self._shows(result)
        if shows != "folders":
            self._folders.put(hidden=True)
            self._browsing.show(shows)
            return
        self._browsing.hide()
        progress, quality = self._library.scans.progress(), result.quality
        view = {
            "has_pictures": quality.all > 0,
            **drawing.folders(result.folders, quality, result.publish),
            "can_scan": progress is None,
            "local": self._session.local,
            "files": self._session.files,
            "import": self._import.view(),
        }
        if self._is_led(result):
            scanning = progress is not None
            view["steps"] = drawing.steps(result.folders, quality, planned=result.planned, scanning=scanning)
        if progress is not None:
            view["scan"] = drawing.scanning(progress, stopping=self._stopping)
        elif self._report is not None:
            view["report"] = drawing.report(self._report)
        if quality.all or quality.missing:
            view |= drawing.quality_view(quality, result.page, kind=self.state.kind)
        self._folders.put(**view)

    def _is_led(self, result: _LibraryResult) -> bool:
        """Return whether the first steps are shown: in an empty home, and then until the first write."""
        if result.written:
            return False
        quality = result.quality
        return self._guided or not (result.folders and (quality.persons or quality.waiting))

    # Folders.

    def _scan(self, library_id: Any = None, *, full: bool = False, really_gone: bool = False) -> None:
        """Scan one folder or all of them, on a thread of the process."""
        wanted = None if library_id is None else int(library_id)
        self._stopping, self._report = False, None

        def work() -> ScanReport:
            rows = self._library.inventory.list()
            named = [row for row in rows if row.library_id == wanted]
            if wanted is None and not self._session.account.sees_all:
                named = rows  # without names, it would be all folders of the home
            dirs = [Path(row.path_bytes.decode("utf-8", "surrogateescape")) for row in named]
            if wanted is not None and not dirs:
                raise errors.UnknownIdError("This folder was removed from the library.")
            return self._library.scan(dirs, full=full, really_gone=really_gone)

        self._bridge.run(work, self._reported, failed=self._failed, topic="scan")
        self.refresh()

    def _reported(self, report: ScanReport) -> None:
        self._report, self._stopping = report, False
        if not self._session.is_showing("library"):
            self._bridge.toast("info", drawing.report(report)["text"])
        self.refresh()

    def _failed(self, error: errors.IndexiumError) -> None:
        self._stopping = False
        self._bridge.toast("error", error.message)
        self.refresh()

    def _stop(self) -> None:
        self._stopping = self._library.scans.cancel()
        self._draw()

    def _dismiss(self) -> None:
        self._report = None
        self._draw()

    def _folder(self, library_id: int) -> LibraryDetails | None:
        folders = self._result.folders if self._result else []
        return next((each for each in folders if each.library_id == library_id), None)

    def _open_as_sql(self, library_id: int) -> None:
        if row := self._folder(library_id):
            self._session.open_as_sql(lambda: query.library_as_sql(row.name))

    def _set_mode(self, message: Mapping[str, Any]) -> None:
        library_id, field, value = int(message["id"]), str(message["field"]), str(message["value"]) or None
        row = self._folder(library_id)
        if row is None or field not in {"people_mode", "comment_mode"}:
            return
        modes = {"people_mode": row.people_mode, "comment_mode": row.comment_mode, field: value}
        self._change(
            lambda: self._library.inventory.set_modes(
                library_id, mode=modes["people_mode"], comment_mode=modes["comment_mode"]
            ),
            lambda _: f"{row.name}: the plan uses the new mode now.",
        )

    def _set_write_ratings(self, message: Mapping[str, Any]) -> None:
        library_id, at_once = int(message["id"]), bool(message["on"])
        row = self._folder(library_id)
        if row is None:
            return
        when = "are written as soon as you set them" if at_once else "wait in the plan"

        def change() -> None:
            self._change(
                lambda: self._library.inventory.set_write_ratings(library_id, "at-once" if at_once else "with-plan"),
                lambda _: f"{row.name}: ratings {when}.",
            )

        def ask(waiting: int) -> None:
            if not waiting:
                change()
                return
            self._dialog.ask(
                "Write ratings at once?",
                [{"kind": "text", "text": wording.waiting_ratings(waiting)}],
                lambda _: change(),
                confirm=f"Write {wording.plural(waiting, 'rating')}",
            )

        self._bridge.run(
            lambda: self._library.plans.waiting_ratings(library_id) if at_once else 0,
            ask,
            name="waiting_ratings",
            once=True,
        )

    def _include_photos(self, library_id: int) -> None:
        """Include the photos of a folder, and scan it."""
        self._bridge.run(
            lambda: self._library.inventory.set_media(library_id, "photo", included=True),
            lambda _: self._scan(library_id),
            name="library_change",
            once=True,
        )

    def _set_media(self, library_id: int, kind: str, *, included: bool) -> None:
        inventory = self._library.inventory
        named = next((each for each in MEDIA_NAMES.items() if each[0] == kind), None)
        if named is None:
            return
        of_kind, files = named

        def change() -> None:
            self._change(
                lambda: inventory.set_media(library_id, of_kind, included=included),
                lambda _: f"The next scan includes {files}." if included else f"Scans no longer include {files}.",
            )

        if included:
            change()
        else:
            self._confirm_removal(
                lambda: inventory.media_removal(library_id, of_kind), change, title=f"Exclude {files}?", part=of_kind
            )

    def _set_exclude(self, library_id: int, text: str) -> None:
        inventory, patterns = self._library.inventory, text.splitlines()
        self._confirm_removal(
            lambda: inventory.exclude_removal(library_id, patterns),
            lambda: self._change(
                lambda: inventory.set_exclude(library_id, patterns), lambda _: "The next scan uses the new patterns."
            ),
            title="Leave these files out?",
            part="exclude",
        )

    def _confirm_removal(
        self, preview: Callable[[], Any], change: Callable[[], None], *, title: str, part: str
    ) -> None:
        """Make a change of a folder. Ask first if the change removes files from the database."""

        def ask(result: Any) -> None:
            if not result.files:
                change()
                return
            self._dialog.ask(
                title,
                drawing.forgetting(result, part=part),
                lambda _: change(),
                confirm=f"Forget {wording.files(result.files)}",
                risky=True,
            )

        self._bridge.run(preview, ask, name="forgetting", once=True)

    def _check_missing(self, library_id: int) -> None:
        inventory = self._library.inventory

        def ask(result: Any) -> None:
            if result.reason:
                self._dialog.report(
                    "The folder cannot be checked now",
                    [
                        {"kind": "why", "level": "warning", "text": result.reason},
                        {
                            "kind": "text",
                            "text": "If all files are deleted, remove the folder. The people of its files are kept.",
                        },
                    ],
                )
            elif not result.gone:
                self._dialog.report("No file is missing", [{"kind": "text", "text": "Every known file was found."}])
            else:
                self._dialog.ask(
                    "Mark these files as missing?",
                    drawing.gone(result),
                    lambda _: self._scan(library_id, really_gone=True),
                    confirm=f"Mark {wording.files(result.gone)} as missing",
                    risky=True,
                )

        self._bridge.run(lambda: inventory.compare_folder(library_id), ask, name="gone", once=True)

    def _find_empty_folders(self, library_id: int) -> None:
        """Show the empty folders of a library folder, and remove them if the person confirms it."""
        inventory = self._library.inventory

        def ask(result: EmptyFolderReport) -> None:
            sections = drawing.empty_folders(result)
            if not result.folders:
                title = "The folder cannot be checked now" if result.problems else "No folder is empty"
                self._dialog.report(title, sections)
                return
            self._dialog.ask(
                "Remove empty folders?",
                sections,
                lambda _: self._bridge.run(
                    lambda: inventory.remove_empty_folders(library_id, result.folders),
                    self._empty_folders_removed,
                    name="library_change",
                    once=True,
                ),
                confirm=f"Remove {wording.plural(len(result.folders), 'folder')}",
                risky=True,
            )

        self._bridge.run(lambda: inventory.empty_folders(library_id), ask, name="empty_folders", once=True)

    def _empty_folders_removed(self, report: EmptyFolderReport) -> None:
        text = drawing.removed_folders(report)
        if report.problems:
            self._dialog.report(text, drawing.removal_problems(report))
        else:
            self._bridge.toast("good", text)
        self.refresh()

    def _ask_forget(self, library_id: int, *, missing: bool) -> None:
        inventory = self._library.inventory
        preview = inventory.missing_removal if missing else inventory.removal
        forget = inventory.forget_missing if missing else inventory.remove

        def ask(result: Any) -> None:
            files = wording.files(result.files)
            self._dialog.ask(
                "Forget missing files?" if missing else "Remove this folder?",
                drawing.forgetting(result, part="missing" if missing else "all"),
                lambda _: self._change(lambda: forget(library_id), lambda _: f"{files} forgotten."),
                confirm=f"Forget {files}" if result.files else "Remove the folder",
                risky=True,
            )

        self._bridge.run(lambda: preview(library_id), ask, name="forgetting", once=True)

    # People and lists.

    def _take(self) -> None:
        self._change(self._library.people.take_from_files, imported)

    def _imported(self, text: str) -> None:
        self._bridge.toast("good", text)
        self.refresh()

    def _ask_people(self, file_id: int, name: str) -> None:
        self._dialog.ask(
            f"Who is in {name}?",
            [
                {
                    "kind": "text",
                    "text": "Enter names separated by commas. They are added to the database. No file is changed.",
                },
                {"kind": "hint", "text": 'Put a name with a comma in double quotes: "Lee, Thomas Jr."'},
            ],
            lambda text: self._add_people(file_id, text),
            confirm="Add",
            note="People",
        )

    def _add_people(self, file_id: int, text: str) -> None:
        names = people_comment.split_names(text)
        if names:
            self._change(lambda: self._library.people.add_to_files([file_id], names), imported)

    def _change(self, work: Callable[[], Any], say: Callable[[Any], str]) -> None:
        def done(result: Any) -> None:
            self._bridge.toast("good", say(result))
            self.refresh()

        self._bridge.run(work, done, name="library_change", once=True)

    def _show_list(self, kind: str) -> None:
        if kind in KINDS or not kind:
            self.state.param.update(kind=kind, number=1)
            self._session.update_address()
            self.refresh()

    def _turn(self, message: Mapping[str, Any]) -> None:
        self.state.number = max(1, int(message["page"]))
        self._session.update_address()
        self.refresh()
