"""People: a list with pictures, one person in detail, and the changes of persons with a preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from dashboards.components.base import Component
from dashboards.pages.people import people_list
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import PeopleState
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.people.person import PersonChange, PersonPage, PersonProfile, split_label
from indexium_core.model.shapes import page_or_last

PER_PAGE = 60
SPLIT_FILES = 200  # files that the question about a split lists
LABEL_HINT = "A text in parentheses at the end tells people with one name apart. It is never written into files."


class _PersonChanger(Protocol):
    """A change of persons; `dry_run`: only its preview."""

    def __call__(self, *, dry_run: bool) -> PersonChange: ...


class PeopleScreen(Screen):
    """The page of people."""

    state: PeopleState

    def __init__(self, session: Session) -> None:
        self.state = PeopleState()
        library, bridge, dialog = session.library, session.bridge, session.dialog
        self._library, self._bridge, self._dialog, self._session = library, bridge, dialog, session
        self._header, self._list, self._drawer = (
            people_list.PeopleHeader(),
            people_list.PeopleList(),
            people_list.PersonDrawer(),
        )
        self._page: PersonPage | None = None
        self._details: PersonProfile | None = None
        self._header.on(
            search=lambda message: self._narrow(text=str(message["text"])[:200]),
            display=lambda message: self._narrow(display=str(message["display"])),
            sort=lambda message: self._narrow(sort=str(message["sort"])),
            as_sql=lambda _: session.open_as_sql(lambda: query.people_as_sql(self.state.text)),
        )
        self._list.on(
            open=lambda message: self._open(int(message["id"]), push=self.state.person_id is None),
            close=lambda _: self._open(None),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
        )
        self._drawer.on(
            close=lambda _: self._open(None),
            person=lambda message: self._open(int(message["other"])),
            rename=self._of_shown(lambda details, _: self._ask_name(details)),
            merge=self._of_shown(lambda details, _: self._ask_merge(details)),
            split=self._of_shown(lambda details, _: self._ask_split(details)),
            unmerge=self._of_shown(lambda details, message: self._unmerge(details, str(message["merged"]))),
            picture=self._of_shown(lambda details, message: self._set_picture(details, int(message["file"]))),
            files=self._of_shown(
                lambda details, _: session.open_as_sql(lambda: query.person_as_sql(details.card.person_id))
            ),
            plan=self._of_shown(lambda details, _: session.search_plan(people_list.plan_query(details))),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {"people_header": self._header, "people_list": self._list, "people_details": self._drawer}

    def start(self) -> None:
        """Subscribe to the events."""
        self._bridge.listen(("plan:changed", "scan:completed", "write:completed"), self.refresh, every=1.0)

    def refresh(self) -> None:
        """Reload the people while the page is visible."""
        if self._session.is_showing("people"):
            self._load()

    # Displaying.

    def _load(self) -> None:
        text, number, sort, person_id = self.state.text, self.state.number, self.state.sort, self.state.person_id

        def read() -> tuple[PersonPage, PersonProfile | None]:
            people = self._library.people
            page = page_or_last(
                lambda each: people.page(text, each, per_page=PER_PAGE, by_files=sort == "files"), number, PER_PAGE
            )
            try:
                return page, people.details(person_id, files=SPLIT_FILES) if person_id is not None else None
            except errors.UnknownIdError as error:  # merged into another person, or an old address
                self._bridge.soon(partial(self._bridge.toast, "error", error.message))
                return page, None

        self._bridge.run(read, self._show, name="people")

    def _show(self, result: tuple[PersonPage, PersonProfile | None]) -> None:
        self._page, self._details = result
        self.state.number = self._page.page
        if self._details is None and self.state.person_id is not None:
            self.state.person_id = None
            self._session.update_address()
        pictures, base = True, ""
        self._header.put(**people_list.header_view(self.state, self._page))
        self._list.put(**people_list.list_view(self.state, self._page, pictures=pictures))
        self._drawer.put(**people_list.details_view(self._details, pictures=pictures, base=base))

    def _narrow(self, **values: Any) -> None:
        self.state.param.update(**({"number": 1} | values))
        self._session.update_address()
        self._load()

    def _open(self, person_id: int | None, *, push: bool = True) -> None:
        """Show a person, or none. `push` adds a step to the browser's history: the keys that walk the list do not."""
        self.state.person_id = person_id
        self._session.update_address(push=push)
        self._load()

    def _of_shown(self, act: Callable[[PersonProfile, Mapping[str, Any]], None]) -> Callable[[Mapping[str, Any]], None]:
        """Return a handler that ignores messages about another person than the shown one."""

        def handle(message: Mapping[str, Any]) -> None:
            details = self._details
            if details is not None and details.card.person_id == message["id"]:
                act(details, message)

        return handle

    def _set_picture(self, details: PersonProfile, file_id: int) -> None:
        person_id = details.card.person_id
        self._bridge.run(
            lambda: self._library.people.set_picture(person_id, file_id), lambda _: self.refresh(), name="picture"
        )

    # Changes of persons. Each question leads to a preview.

    def _ask_name(self, details: PersonProfile) -> None:
        card, label, own_id = details.card, details.card.label, f"#{details.card.person_id}"

        def rename(typed: str) -> None:
            name, qualifier = (card.name, card.qualifier) if typed.strip() == label else split_label(typed)
            self._preview(
                f"Rename {label}?",
                lambda *, dry_run: self._library.people.rename(own_id, name, qualifier=qualifier, dry_run=dry_run),
                "Rename",
            )

        hint = {"kind": "hint", "text": LABEL_HINT}
        self._dialog.ask(f"Rename {label}", [hint], rename, note="New name", written=label, confirm="Preview…")

    def _ask_merge(self, details: PersonProfile) -> None:
        label, own_id = details.card.label, f"#{details.card.person_id}"

        def merge(typed: str) -> None:
            self._preview(
                f"Merge {label} into {typed.strip()}?",
                lambda *, dry_run: self._library.people.merge([own_id], typed.strip(), dry_run=dry_run),
                "Merge",
            )

        text = f"The files of {label} become files of the other person, and the name becomes an alias."
        self._dialog.ask(
            f"Merge {label} into another person",
            [{"kind": "text", "text": text}],
            merge,
            note="Person that stays: name, or id (#12)",
            confirm="Preview…",
        )

    def _ask_split(self, details: PersonProfile) -> None:
        label, own_id = details.card.label, f"#{details.card.person_id}"
        options = [
            {"key": str(file.file_id), "label": file.file_name, "hint": file.folder.replace("/", " / ")}
            for file in details.files
        ]

        def split(typed: str, ticked: frozenset[str]) -> None:
            name, qualifier = split_label(typed)
            file_ids = [int(key) for key in ticked]
            self._preview(
                f"Split {wording.files(len(file_ids))} off?",
                lambda *, dry_run: self._library.people.split_files(
                    own_id, file_ids, into=name, qualifier=qualifier, dry_run=dry_run
                ),
                "Split",
            )

        sections = [
            {"kind": "text", "text": "Choose the files of the new person."},
            {"kind": "hint", "text": LABEL_HINT},
        ]
        if details.card.files > len(details.files):
            text = (
                f"The {len(details.files)} newest files are listed. The command 'indexium people split' takes any file."
            )
            sections.append({"kind": "hint", "text": text})
        self._dialog.choose(
            f"Split files of {label} off to a new person",
            sections,
            options,
            split,
            note="New person",
            written=f"{details.card.name} (2)" if not details.card.qualifier else details.card.name,
            needs=[option["key"] for option in options],
            confirm="Preview…",
        )

    def _unmerge(self, details: PersonProfile, merged: str) -> None:
        own_id = f"#{details.card.person_id}"
        self._preview(
            f"Separate {merged} from {details.card.label}?",
            lambda *, dry_run: self._library.people.unmerge(own_id, merged, dry_run=dry_run),
            "Separate",
        )

    def _preview(self, title: str, change: _PersonChanger, confirm: str) -> None:
        """Show what a change would do, and make it when a person confirms it."""

        def ask(preview: PersonChange) -> None:
            if not preview.text:
                self._bridge.toast("info", "Nothing changes.")
                return
            sections = [
                {"kind": "text", "text": preview.text},
                {"kind": "hint", "text": "No file changes now: check the plan and write it. Undo reverts the change."},
            ]
            self._dialog.ask(title, sections, lambda _: self._apply(change), confirm=confirm)

        self._bridge.run(lambda: change(dry_run=True), ask, name="preview_person")

    def _apply(self, change: _PersonChanger) -> None:
        self._bridge.run(lambda: change(dry_run=False), self._changed, name="change_person", once=True)

    def _changed(self, change: PersonChange) -> None:
        self._bridge.toast("good", change.text, undo=change.step_id)
        self.refresh()
