"""One file of the plan: its details, and the decisions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components import person_field
from dashboards.components.details import file_drawer
from dashboards.session import Session
from dashboards.state import FilesState
from dashboards.toasts import ToastKind
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.files.scan_reports import RescanReport
from indexium_core.model.people.suggestion import Suggestion
from indexium_core.model.planning.plan import PlanItem
from indexium_core.model.query.history_terms import history_term
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.model.review.file_details import FileDetails
from indexium_core.model.review.reports import DecisionReport

CHANGES = 20  # changes of its properties on a page
PATIENCE = 150  # milliseconds before suggestions are read for a shown file


class FilePanel:
    """The details of the file at the cursor. A decision goes to the library, which then reports a changed plan."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        state: FilesState,
        session: Session,
        *,
        update_address: Callable[[bool], None],
    ) -> None:
        """
        Show files of a page.

        Args:
            library: Has the files.
            bridge: Runs the reads and the decisions.
            state: The file at the cursor, and whether its details are open.
            session: Opens other pages.
            update_address: Receives whether the change of the file is a step of the browser's history.

        """
        self._update_address = update_address
        self._requested: int | None = None  # the file of the address
        self._library, self._bridge, self._state, self._session = library, bridge, state, session
        self._edits = 0  # increases each time the editor has to open
        self._shown_edit = 0  # value of `_edits` in the displayed view
        self._path = ""  # path of the displayed file
        self._changed = AuditPage()  # changes of the displayed file
        self._turned: tuple[int, int] = (0, 0)  # file whose changes are all listed, and the displayed page of the list
        self._suggested: tuple[int, list[Suggestion]] = (0, [])  # file id and its suggested people
        self.drawer = file_drawer.FileDrawer()
        self.drawer.on(
            close=lambda _: self.close(push=True),
            save=self._save,
            preserve=self.preserve,
            skip=self.skip,
            revoke=self._revoke,
            add=self._add,
            decline=self._decline,
            typing=self._typing,
            operation=lambda message: self._session.go("history", operation_id=int(message["id"])),
            job=lambda message: self._session.go("jobs", job_id=int(message["id"]), log=False, changes=1),
            rescan=self._rescan,
            lock=self._lock,
            set=self._set,
            field=self._set_field,
            revoke_field=self._revoke_field,
            changes=self._turn_changes,
            past=lambda _: self._look_back(),
        )

    def open(self, file_id: int, *, edit: bool = False) -> None:
        """Show a file in detail; `edit` opens the editor."""
        if edit and not self._library.settings.metadata_enable_inline_edit:
            self._bridge.toast("info", "Editing is switched off by INDEXIUM_METADATA_ENABLE_INLINE_EDIT.")
            return
        self._edits += edit
        is_other = not self._state.details or self._state.cursor != file_id
        self._state.param.update(cursor=file_id, details=True)
        if is_other:
            self._put_address(push=True)
        self._load(edit=self._edits if edit else 0)

    def follow(self) -> None:
        """Show the file of the address."""
        self._requested = self._state.cursor if self._state.details else None
        if not self._state.details:
            self.drawer.put(open=False)

    def _put_address(self, *, push: bool = False) -> None:
        """Put the file into the address. A file that is no longer shown leaves it."""
        self._update_address(push)

    def move(self, file_id: int) -> None:
        """Show the file at the cursor."""
        self._state.cursor = file_id
        if self._state.details:
            self._put_address()
            self._load()

    def refresh(self, *, may_lack_results: bool = False) -> None:
        """Read the file again, if its details are shown; see `ReadCache.plan`."""
        if self._state.details and self._state.cursor is not None:
            self._load(may_lack_results=may_lack_results)

    def close(self, *, push: bool = False) -> None:
        """Hide the details; `push` adds a step to the browser's history."""
        if self._state.details:
            self._state.details = False
            self.drawer.put(open=False)
            self._put_address(push=push)

    def _load(self, *, edit: int = 0, may_lack_results: bool = False) -> None:
        file_id = self._state.cursor
        library = self._library
        number = self._turned[1] if self._turned[0] == file_id else 0

        def read() -> tuple[FileDetails, AuditPage]:
            plan = self._session.read_cache.plan(may_lack_results=may_lack_results)
            details = library.files.file(file_id, plan=plan)
            if number == 0:
                return details, library.audit.page(file_id, per_page=file_drawer.FEW_CHANGES)
            return details, library.audit.page(file_id, page=number, per_page=CHANGES)

        self._bridge.run(
            read,
            lambda found: self._show(*found, edit),
            name="item",
            failed=self._lost,
        )

    def _lost(self, error: errors.IndexiumError) -> None:
        """Show the error, if the address names the file."""
        if self._state.cursor == self._requested:
            self._bridge.toast("error", error.message)
        self.close()

    def _show(self, details: FileDetails, changed: AuditPage, edit: int) -> None:
        if not self._state.details or self._state.cursor != details.file_id:
            return
        self._changed = changed
        self._draw(details, details.item, edit)
        if details.plan is None:
            return
        self._bridge.after(PATIENCE, lambda: self._look_for_suggestions(details))

    def _look_for_suggestions(self, details: FileDetails) -> None:
        if not self._state.details or self._state.cursor != details.file_id:  # the cursor has already moved on
            return
        self._bridge.run(
            lambda: self._library.suggestions.suggest(details.file_id),
            lambda found: self._suggest(details, found),
            name="suggestions",
            failed=lambda _: None,  # the file was just removed
        )

    def _suggest(self, details: FileDetails, found: list[Suggestion]) -> None:
        """Show suggested people; they are read after the rest of the details because they take longer."""
        self._suggested = (details.file_id, found)
        if details.plan is not None and self._state.details and self._state.cursor == details.file_id:
            self._draw(details, details.plan, self._shown_edit)

    def _draw(self, details: FileDetails, item: PlanItem, edit: int) -> None:
        self._shown_edit, self._path = edit, details.file_path
        of, suggestions = self._suggested
        settings = self._library.settings
        view = file_drawer.view(
            details,
            item,
            edit=edit,
            editable=settings.metadata_enable_inline_edit,
            changed=self._changed,
            suggestions=suggestions if of == details.file_id else [],
            pictures=True,
        )
        self.drawer.put(**view)

    def _typing(self, message: Mapping[str, Any]) -> None:
        """Suggest people that match the typed text of the editor."""
        person_field.suggest(self._library, self._bridge, message, self.drawer.offer)

    def _turn_changes(self, message: Mapping[str, Any]) -> None:
        if self._state.cursor is not None:
            self._turned = (self._state.cursor, max(1, int(message["page"])))
            self.refresh()

    def _look_back(self) -> None:
        """List all operations on the file."""
        every = dict.fromkeys(("status", "kind", "error", "since", "until"), "")
        self._session.go("history", query=history_term("path", self._path), number=1, operation_id=None, **every)

    # Media.

    def _rescan(self, message: Mapping[str, Any]) -> None:
        """Read the media of the file again, and report the result."""
        file_id, refresh = int(message["id"]), [str(each) for each in message.get("refresh", [])]
        library = self._library

        def on_done(report: RescanReport) -> None:
            self.drawer.rescanned()
            kind: ToastKind = "info" if report.failed or report.missing or report.skipped else "good"
            self._bridge.toast(kind, report.text)
            self.refresh()

        def failed(error: errors.IndexiumError) -> None:
            self.drawer.rescanned()
            self._bridge.toast("error", error.message)

        self._bridge.run(
            lambda: library.rescan(file_ids=[file_id], refresh=refresh),
            on_done,
            name="rescan",
            failed=failed,
            once=True,
        )

    def _lock(self, message: Mapping[str, Any]) -> None:
        """Lock or unlock a field of the file."""
        file_id, field, on = int(message["id"]), str(message["field"]), bool(message.get("on"))
        act = self._library.locks.lock if on else self._library.locks.unlock
        self._bridge.run(lambda: act([file_id], [field]), lambda _: self.refresh(), name=f"lock_{field}")

    def _set(self, message: Mapping[str, Any]) -> None:
        """Set a property to the entered value."""
        file_id, field, text = int(message["id"]), str(message["field"]), str(message.get("text", ""))[:200]
        library = self._library

        def done(_: object) -> None:
            self.drawer.was_set()
            self.refresh()

        self._bridge.run(
            lambda: library.locks.set([file_id], field, text),
            done,
            name="set_property",
            failed=lambda error: self.drawer.mistaken(error.message),
            once=True,
        )

    # Decisions.

    def _save(self, message: Mapping[str, Any]) -> None:
        file_id, people = int(message["id"]), [str(name) for name in message.get("people", [])]

        def failed(error: errors.IndexiumError) -> None:
            self.drawer.complain(error)

        self._bridge.run(
            lambda: self._library.edit([file_id], people, seen=int(message["seen"]), only_this=_only_this(message)),
            self._saved,
            name="edit",
            failed=failed,
            once=True,
        )

    def _saved(self, report: DecisionReport) -> None:
        self.drawer.saved()
        self._session.report_decision("Saved.", report)

    def _set_field(self, message: Mapping[str, Any]) -> None:
        """Set a field of the file, and of its copies, to the entered value; an empty one removes the field."""
        file_id, key, text = int(message["id"]), str(message["field"]), str(message.get("text", ""))

        def done(report: DecisionReport) -> None:
            self.drawer.answer_field()
            self._session.report_decision(report.sentence, report)

        self._bridge.run(
            lambda: self._library.decisions.set_fields(
                [file_id], {key: text}, as_typed=True, seen=int(message["seen"]), only_this=_only_this(message)
            ),
            done,
            name=f"field_{key}",
            failed=self.drawer.answer_field,
            once=True,
        )

    def _revoke_field(self, message: Mapping[str, Any]) -> None:
        """Remove the edit of a field of the file."""
        file_id, kind = int(message["id"]), kind_of_field(str(message["field"]))
        self._bridge.run(
            lambda: self._library.decisions.revoke_of([file_id], [kind]),
            lambda report: self._session.report_decision("The field keeps its value.", report),
            name="revoke",
            once=True,
        )

    def _add(self, message: Mapping[str, Any]) -> None:
        """Add a suggested person."""
        file_id, name, replaces = int(message["id"]), str(message["name"]), str(message.get("replaces") or "")
        decisions, only_this = self._library.decisions, _only_this(message)

        def decide() -> DecisionReport:
            if replaces:
                return decisions.replace_person([file_id], replaces, name, only_this=only_this)
            return decisions.change_people([file_id], add=[name], only_this=only_this)

        text = f"{name} instead of {replaces}." if replaces else f"{name} added."
        self._bridge.run(decide, lambda report: self._session.report_decision(text, report), name="add", once=True)

    def _decline(self, message: Mapping[str, Any]) -> None:
        """Do not suggest a person for this file again."""
        file_id, name = int(message["id"]), str(message["name"])
        self._bridge.run(
            lambda: self._library.decisions.decline([file_id], [name]),
            lambda _: self.refresh(),
            name="decline",
            once=True,
        )

    def preserve(self, message: Mapping[str, Any]) -> None:
        """Keep the custom text of the file's comment, or no longer keep it."""
        file_id = int(message["id"])

        def choose() -> tuple[str, DecisionReport]:
            item = self._library.plan().item(file_id)
            keep = item.comment_mode != "preserve"
            report = self._library.decisions.set_mode([file_id], comment_mode="preserve" if keep else "replace")
            text = "the custom text of the comment is kept." if keep else "only the people stay in the comment."
            return f"{item.file_name}: {text}", report

        self._bridge.run(choose, lambda done: self._session.report_decision(*done), name="preserve", once=True)

    def skip(self, message: Mapping[str, Any]) -> None:
        """Skip the file, until a day if one is given; without a day, a skipped file is no longer skipped."""
        file_id, until = int(message["id"]), _morning(message.get("until"))

        def choose() -> tuple[str, DecisionReport]:
            item = self._library.plan().item(file_id)
            if item.postponed and until is None:
                return f"{item.file_name} is no longer skipped.", self._library.decisions.end_postponements([file_id])
            report = self._library.decisions.postpone([file_id], until)
            when = f"until {wording.day(until)}" if until else "until you stop skipping it"
            return f"{item.file_name} is skipped {when}.", report

        def on_done(done: tuple[str, DecisionReport]) -> None:
            self.close()
            self._session.report_decision(*done)

        self._bridge.run(choose, on_done, name="skip", once=True)

    def _revoke(self, message: Mapping[str, Any]) -> None:
        file_id = int(message["id"])
        self._bridge.run(
            lambda: self._library.decisions.revoke_of([file_id], ("edit", "fields", "mode")),
            lambda report: self._session.report_decision("The plan uses the database again.", report),
            name="revoke",
            once=True,
        )


def _morning(day: Any) -> datetime | None:
    """Return the start of a day in local time, or None without a day."""
    return datetime.combine(date.fromisoformat(str(day)), time.min).astimezone() if day else None


def _only_this(message: Mapping[str, Any]) -> bool:
    """Return whether an edit leaves the copies of the file alone."""
    return message.get("only") is True
