"""The page of publications: search, review and select titles, and publish them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboards.components.base import Component
from dashboards.pages.publish import publish_details as details
from dashboards.pages.publish import publish_list
from dashboards.pages.publish.publish_selection import PublishSelecting, in_scope
from dashboards.pages.publish.publish_state import SORTS, PublishState
from dashboards.questions.publish_options_question import PublishOptionsQuestion
from dashboards.screen import Screen
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model.accounts.permissions import JOBS_MANAGE
from indexium_core.model.publishing.details import PublicationDetails
from indexium_core.model.publishing.requests import PublicationDecision
from indexium_core.model.publishing.risks import BY_HAND
from indexium_core.model.publishing.subjects import VIDEO, Entity
from indexium_core.model.shapes import page_or_last

PER_PAGE = 40
EVENTS = (
    *("publications:changed", "publish:completed", "rollback:completed", "scan:completed"),
    *("movie:updated", "series:updated"),
)


class PublishScreen(Screen):
    """The page of publications in one session."""

    state: PublishState

    def __init__(self, session: Session) -> None:
        self.state = PublishState()
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._header, self._list, self._drawer = (
            publish_list.PublishHeader(),
            publish_list.PublishList(),
            details.PublishDetails(),
        )
        self._selecting = PublishSelecting(session, self.state, self._list, draw=self._draw)
        self._options = PublishOptionsQuestion(session.library, session.bridge, session.dialog, changed=self.refresh)
        self._loaded: publish_list.PublishSnapshot | None = None
        self._details: PublicationDetails | None = None
        self._problem = ""  # why the list is not up to date
        self._is_typing = False  # in the search field: one step of the browser's history
        self._listen()

    def _listen(self) -> None:
        state, selecting = self.state, self._selecting
        self._header.on(
            find=self._find,
            risk=lambda message: self._toggle_risk(str(message["level"])),
            unchanged=lambda _: self._toggle_risk("unchanged"),
            filter=self._filter,
            facet=self._send_facet,
            clear=lambda _: self._clear(),
            sort=lambda message: self._sort(str(message["sort"])),
            review=lambda _: self._narrow(risk="danger"),
            select_safe=lambda _: selecting.choose_all(replace(state.filter(), risk=("safe",))),
            publish_safe=lambda _: self._ask_safe(),
            options=lambda _: self._options.ask(),
        )
        self._list.on(
            open=lambda message: self._open(Entity.of_subject(int(message["id"])).address),
            close=lambda _: self._open(""),
            page=lambda message: self._narrow(number=max(1, int(message["page"]))),
            clear=lambda _: self._clear(),
            options=lambda _: self._options.ask(),
            library=lambda _: self._session.go("library", shows="folders"),
            retry=lambda _: self.refresh(),
            leave=lambda message: self._leave(int(message["id"])),
            edit=lambda message: self._edit(Entity.of_subject(int(message["id"]))),
        )
        self._drawer.on(
            close=lambda _: self._open(""),
            edit=lambda _: self._edit(self._entity()),
            leave=lambda _: self._leave(self._top().subject),
            member=lambda message: self._open_member(str(message["address"])),
            choose=lambda message: self._decide(str(message["path"]), str(message["choice"])),
            discard=lambda _: self._discard(),
        )

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return {
            "publish_header": self._header,
            "publish_list": self._list,
            "publish_details": self._drawer,
            "publish_bar": self._selecting.bar,
        }

    def start(self) -> None:
        """Subscribe to the events."""
        self._bridge.listen(EVENTS, self.refresh, every=1.0)

    def reset(self) -> None:
        """Show all titles whose files would change."""
        self.state.clear()
        self.state.param.update(address="", member="", sort="risk")

    def enter(self) -> None:
        """Show the page, then check whether files changed on the disk."""
        self.refresh()
        if self.state.asks:
            self.state.asks = False
            self._offer()
        if self._session.may(JOBS_MANAGE) and self._session.account.sees_all:  # it concerns all folders
            self._bridge.run(
                lambda: self._library.publications.refresh(disk=True), self._refreshed, name="publish_disk"
            )

    def _refreshed(self, changed: int) -> None:
        if changed:
            self.refresh()

    def refresh(self) -> None:
        """Read the publications again, if the page is shown."""
        if self._session.is_showing("publish"):
            self._load()
            self._load_details()

    # The list.

    def _load(self) -> None:
        library, state = self._library, self.state
        wanted, sort, number, scope = state.filter(), state.sort, state.number, state.scope

        def read() -> publish_list.PublishSnapshot:
            publications = library.publications
            page = page_or_last(
                lambda place: publications.plan(
                    wanted.query,
                    risk=wanted.risk,
                    action=wanted.action,
                    code=wanted.code,
                    library_id=wanted.library_id,
                    sort=sort,
                    page=place,
                    per_page=PER_PAGE,
                ),
                number,
                PER_PAGE,
            )
            has_questions = not BY_HAND.keys().isdisjoint(page.codes)
            by_hand = publications.addresses(replace(wanted, code=tuple(BY_HAND))) if has_questions else []
            return publish_list.PublishSnapshot(
                page=page,
                options=publications.all_options(),
                libraries=library.inventory.list(),
                in_scope={} if scope is None else in_scope(library, scope),
                by_hand=len(by_hand),
            )

        self._bridge.run(read, self._show, name="publish", failed=self._failed)

    def _failed(self, error: errors.IndexiumError) -> None:
        """Show the error; an earlier list stays visible."""
        if self._loaded is None:
            self._header.put(headline="Publish", summary="", is_bare=True)
            self._list.put(**publish_list.unreadable(error.message))
            return
        self._problem = error.message
        self._draw()

    def _show(self, found: publish_list.PublishSnapshot) -> None:
        self._loaded, self._problem = found, ""
        self.state.number = found.page.page
        self._selecting.in_scope = found.in_scope
        self._selecting.known |= {
            Entity(each.entity_type, each.entity_id).subject: each.risk for each in found.page.items
        }
        self._draw()

    def _draw(self) -> None:
        found = self._loaded
        if found is None:
            return
        selected = self._selecting.selected()
        self._header.put(**publish_list.header_view(found, self.state))
        self._list.put(
            **publish_list.list_view(
                found,
                self.state,
                selected=selected,
                picked=self._selecting.picked,
                problem=self._problem,
                has_pictures=True,
            )
        )
        self._selecting.show_bar(found.page.titles, publish_list.able_count(found, self.state))
        self._draw_details()

    def _find(self, message: Mapping[str, Any]) -> None:
        is_typed = bool(message.get("typed"))
        text = str(message["query"])[:400].strip()
        self._narrow(push=not (is_typed and self._is_typing), query=text)
        self._is_typing = is_typed

    def _narrow(self, *, push: bool = True, **values: Any) -> None:
        self._is_typing = False
        self.state.param.update(**({"number": 1} | values))
        self._session.update_address(push=push)
        self._load()

    def _toggle_risk(self, level: str) -> None:
        if level in self.state.param.risk.objects:
            self._narrow(risk="" if self.state.risk == level else level)

    def _sort(self, key: str) -> None:
        if key in SORTS:
            self._narrow(sort=key)

    def _filter(self, message: Mapping[str, Any]) -> None:
        key, values = str(message["key"]), [str(each)[:60] for each in message["values"]][:40]
        if key in publish_list.LABELS:
            self.state.choose(key, values)
            self._narrow()
            self._send_facet({"key": key})

    def _clear(self) -> None:
        self.state.clear()
        self._narrow()

    def _send_facet(self, message: Mapping[str, Any]) -> None:
        key, state, library = str(message["key"]), self.state, self._library
        if key not in publish_list.LABELS:
            return
        wanted = state.filter()

        def read() -> list[dict[str, Any]]:
            libraries = library.inventory.list()

            def page(library_id: int | None) -> Any:
                return library.publications.plan(
                    wanted.query,
                    risk=wanted.risk,
                    action=() if key == "action" else wanted.action,
                    code=() if key == "code" else wanted.code,
                    library_id=library_id,
                    per_page=1,
                )

            if key == "library_id":
                counts = {str(each.library_id): page(each.library_id).total for each in libraries}
            else:
                found = page(wanted.library_id)
                counts = found.actions if key == "action" else found.codes
            return publish_list.filter_rows(key, counts, state, libraries)

        self._bridge.run(read, lambda rows: self._header.send_options(key, rows), name="publish_facet")

    def _ask_safe(self) -> None:
        if self._loaded is not None:
            self._selecting.ask_safe(self._loaded.page.risks.get("safe", 0))

    # One title.

    def _top(self) -> Entity:
        return Entity.of_address(self.state.address)

    def _entity(self) -> Entity:
        return Entity.of_address(self.state.member or self.state.address)

    def _open(self, address: str) -> None:
        """Show a title; opening and closing are steps of the browser's history, moving to the next one is not."""
        is_step = bool(address) != bool(self.state.address)
        self.state.param.update(address=address, member="")
        self._details = None
        self._session.update_address(push=is_step)
        self._draw()
        self._load_details()

    def _open_member(self, address: str) -> None:
        """Show a season or an episode of the series that is open, or the series again."""
        Entity.of_address(address)
        self.state.member = "" if address == self.state.address else address
        self._details = None
        self._draw_details()
        self._load_details()

    def _load_details(self) -> None:
        address = self.state.member or self.state.address
        if not address:
            return
        entity = Entity.of_address(address)

        def show(found: PublicationDetails) -> None:
            if address == (self.state.member or self.state.address):
                self._details = found
                self._selecting.known.setdefault(entity.subject, found.item.risk)
                self._draw()

        def failed(error: errors.IndexiumError) -> None:
            if isinstance(error, errors.UnknownIdError) and address == self.state.address:
                self._open("")
            self._bridge.toast("info", error.message)

        self._bridge.run(
            lambda: self._library.publications.details(*entity), show, name="publish_details", failed=failed
        )

    def _draw_details(self) -> None:
        state, found = self.state, self._details
        if not state.address:
            self._drawer.put(open=False)
        elif found is None or found.item.address != (state.member or state.address):
            self._drawer.put(**details.reading(state.member or state.address))
        else:
            self._drawer.put(
                **details.view(
                    found,
                    back=details.back_of(self._top(), self._name_of(state.address)) if state.member else None,
                    is_selected=self._top().subject in self._selecting.selected(),
                    has_pictures=True,
                )
            )

    def _name_of(self, address: str) -> str:
        items = self._loaded.page.items if self._loaded else []
        return next((each.name for each in items if each.address == address), "the series")

    def _edit(self, entity: Entity) -> None:
        """Show the page on which the values of a title or a video are edited."""
        if entity.entity_type == VIDEO:
            self._session.go("plan", cursor=entity.entity_id, details=True, track=entity.entity_id)
        else:
            self._session.go("title", title_id=entity.entity_id)

    def _leave(self, subject: int) -> None:
        """Leave a title out of the selection, or select it again."""
        self._selecting.pick(subject, on=subject not in self._selecting.selected())

    def _decide(self, path: str, decision: str) -> None:
        """Keep a file of others, or write ours: the title is then selected."""
        choice, is_selected = details.DECISIONS[decision]
        top, address = self._top(), self.state.member or self.state.address
        if choice is None:
            self._selecting.pick(top.subject, on=is_selected)
            self._bridge.toast("info", "The title is selected. Publish it to write our file.")
            return

        def decided(report: PublicationDecision) -> None:
            self._selecting.known.pop(top.subject, None)
            self._selecting.pick(top.subject, on=is_selected)
            self._bridge.toast("good", report.summary, undo=report.step_id)
            self.refresh()

        self._bridge.run(
            lambda: self._library.publications.choose(address, choice, path), decided, name="publish_choice", once=True
        )

    def _discard(self) -> None:
        """Ask whether to undo the values and choices by hand since the last publication."""
        entity, publications = self._entity(), self._library.publications

        def discard(_: str) -> None:
            def done(report: PublicationDecision) -> None:
                self._bridge.toast("good", report.summary, undo=report.step_id)
                self.refresh()

            self._bridge.run(lambda: publications.discard_changes(*entity), done, name="publish_discard", once=True)

        text = "The values and pictures that you chose since the last publication are undone, as one step."
        self._session.dialog.ask(
            "Discard the changes?",
            [{"kind": "text", "text": text}, {"kind": "hint", "text": "No file on the disk is changed."}],
            discard,
            confirm="Discard the changes",
        )

    def _offer(self) -> None:
        """Ask what to publish if no library publishes: a person has pressed *Publish* for the first time."""
        publications = self._library.publications

        def show(is_on: bool) -> None:  # noqa: FBT001 - a callback
            if not is_on:
                self._options.ask()

        self._bridge.run(lambda: any(each.is_on for each in publications.all_options().values()), show, name="offer")
