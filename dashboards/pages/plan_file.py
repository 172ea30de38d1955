"""One file of the plan: its details, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards import words
from dashboards.bridge import Bridge
from dashboards.components import plan_details
from dashboards.state import PlanState
from indexium_core import errors
from indexium_core.model.plan import PlanItem

if TYPE_CHECKING:
    from indexium_core.library import DecisionReport, Library

__all__ = ["PlanFile"]

SUGGESTED = 300  # names offered while editing


class _Found(NamedTuple):
    """What is known of the file."""

    item: PlanItem
    decided: list[str]  # kinds of decisions in force


class PlanFile:
    """Shows the file at the cursor; every decision is the library's, and comes back as a changed plan."""

    def __init__(self, library: Library, bridge: Bridge, state: PlanState) -> None:
        self._library, self._bridge, self._state = library, bridge, state
        self._named = False  # whether the editor knows names to offer
        self._edits = 0  # grows each time the editor is to open
        self.drawer = plan_details.PlanDetails()
        self.drawer.on(
            close=lambda _: self.close(),
            save=self._save,
            preserve=self.preserve,
            skip=self.skip,
            revoke=self._revoke,
        )

    def open(self, file_id: int, *, edit: bool = False) -> None:
        """Show a file in detail, with the editor open or not."""
        if edit and not self._library.settings.metadata_enable_inline_edit:
            self._bridge.toast("info", "Editing is switched off by INDEXIUM_METADATA_ENABLE_INLINE_EDIT.")
            return
        self._edits += edit
        self._state.param.update(cursor=file_id, details=True)
        self._load(edit=self._edits if edit else 0)

    def move(self, file_id: int) -> None:
        """Follow the cursor."""
        self._state.cursor = file_id
        if self._state.details:
            self._load()

    def refresh(self) -> None:
        """Read the file again, where its details are shown."""
        self._named = False
        if self._state.details and self._state.cursor is not None:
            self._load()

    def close(self) -> None:
        """Hide the details."""
        if self._state.details:
            self._state.details = False
            self.drawer.put(open=False)

    def _load(self, *, edit: int = 0) -> None:
        file_id = self._state.cursor

        def read() -> _Found:
            item = self._library.plan().item(file_id)
            decided = [row.kind for row in self._library.decisions() if row.file_id == file_id]
            return _Found(item, decided)

        self._bridge.run(read, lambda found: self._show(found, edit), name="item", failed=lambda _: self.close())

    def _show(self, found: _Found, edit: int) -> None:
        if not self._state.details or self._state.cursor != found.item.file_id:
            return
        settings = self._library.settings
        view = plan_details.view(
            found.item,
            edit=edit,
            editable=settings.metadata_enable_inline_edit,
            decided=found.decided,
            undo_days=settings.metadata_backup_retention_days,
        )
        self.drawer.put(**view)
        if not self._named:
            self._named = True
            self._bridge.run(self._names, self.drawer.suggest, name="names")

    def _names(self) -> list[str]:
        return [person.name for person in self._library.people.list()[:SUGGESTED]]

    # Deciding.

    def _save(self, message: Mapping[str, Any]) -> None:
        file_id, people = int(message["id"]), [str(name) for name in message.get("people", [])]

        def failed(error: errors.IndexiumError) -> None:
            self.drawer.complain(error.message)

        self._bridge.run(
            lambda: self._library.edit([file_id], people),
            self._saved,
            name="edit",
            failed=failed,
            once=True,
        )

    def _saved(self, report: DecisionReport) -> None:
        self.drawer.saved()
        if report.files > 1:
            self._bridge.toast("info", f"The list holds for all {words.files(report.files)} with the same film.")

    def preserve(self, message: Mapping[str, Any]) -> None:
        """Keep the other text of the file's comment; where it is kept already, no longer."""
        file_id = int(message["id"])

        def choose() -> str:
            keep = self._library.plan().item(file_id).comment_mode != "preserve"
            self._library.set_mode([file_id], comment_mode="preserve" if keep else "replace")
            return "The other text of the comment is kept." if keep else "The comment becomes the people alone."

        self._bridge.run(choose, lambda text: self._bridge.toast("good", text), name="preserve", once=True)

    def skip(self, message: Mapping[str, Any]) -> None:
        """Leave the file out of lists and writes; where it is left out already, bring it back."""
        file_id = int(message["id"])

        def choose() -> str:
            item = self._library.plan().item(file_id)
            if item.postponed:
                self._revoke_of(file_id, {"postpone"})
                return f"{item.file_name} is back in the plan."
            self._library.postpone([file_id])
            return f"{item.file_name} is skipped until you bring it back."

        def told(text: str) -> None:
            self.close()
            self._bridge.toast("good", text)

        self._bridge.run(choose, told, name="skip", once=True)

    def _revoke(self, message: Mapping[str, Any]) -> None:
        file_id = int(message["id"])
        self._bridge.run(
            lambda: self._revoke_of(file_id, {"edit", "mode"}),
            lambda _: self._bridge.toast("good", "Planned again as the database says."),
            name="revoke",
            once=True,
        )

    def _revoke_of(self, file_id: int, kinds: set[str]) -> None:
        rows = [row.decision_id for row in self._library.decisions() if row.file_id == file_id and row.kind in kinds]
        if rows:
            self._library.revoke(rows)
