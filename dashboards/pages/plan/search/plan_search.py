"""The search of the plan: typed text, facets, saved views and sort order. `screen` shows the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from dashboards.bridge import Bridge
from dashboards.pages.plan.search import plan_header
from dashboards.pages.plan.search.plan_header import PlanHeader
from dashboards.read_cache import ReadCache
from dashboards.state import PlanState
from indexium_core.library import Library
from indexium_core.model import query
from indexium_core.model.planning.plan import FACETS, SORT_KEYS, Facet
from indexium_core.model.saved import SavedView

Message = Mapping[str, Any]


class FilterCallback(Protocol):
    """Changes the search and shows its result; typing is one step of the browser's history."""

    def __call__(self, change: Callable[[], object], *, typed: bool = False) -> None: ...


class PlanFind:
    """The header of the plan in one session."""

    def __init__(
        self,
        library: Library,
        read_cache: ReadCache,
        bridge: Bridge,
        state: PlanState,
        *,
        changed: FilterCallback,
        redraw: Callable[[], None],
    ) -> None:
        """Connect the header: `changed` changes the search and shows it, `redraw` draws only the header."""
        self.header = PlanHeader()
        self._library, self._read_cache, self._bridge, self.state = library, read_cache, bridge, state
        self._changed, self._redraw = changed, redraw
        self._counting = False  # the facets are open
        self._removed: SavedView | None = None  # the removed view, which can be restored
        self.header.on(
            search=lambda message: self.find(str(message.get("query", "")), typed=bool(message.get("typed"))),
            complete=self._complete,
            risk=lambda message: self.toggle("risk", str(message["level"])),
            facets=self._on_facets,
            facet=self._choose,
            every=self._every,
            only=lambda message: self._set(str(message["facet"]), []),
            seek=self._seek,
            clear_filters=lambda _: changed(state.clear_filters),
            drop=self._drop,
            sort=self.sort,
            end_review=lambda _: self._set("risk", []),
            skipped=lambda _: self.find("postponed:yes"),
            everything=lambda _: changed(state.show_everything),
            open_view=self._open,
            save_view=self._save,
            rename_view=self._rename,
            default_view=self._set_default,
            remove_view=self._remove,
            put_back=self._put_back,
        )

    # Typed text.

    def find(self, text: str, *, typed: bool = False) -> None:
        """Search; if the search has an error, show the error and keep the earlier result."""
        if self.state.find(text):
            self._changed(lambda: None, typed=typed)
        else:
            self._redraw()

    def _complete(self, message: Message) -> None:
        text, position, serial = str(message["text"]), int(message["position"]), message["serial"]
        library, read_cache = self._library, self._read_cache

        def show(offers: Any) -> None:
            self.header.send(completions={"serial": serial, "items": plan_header.offers_view(offers)})

        self._bridge.run(
            lambda: library.search.complete(read_cache.plan(), text, position),
            show,
            name="complete",
            failed=lambda _: None,
        )

    # Facets.

    def toggle(self, key: str, value: str) -> None:
        """Select a value of a key, or deselect it."""
        self._changed(lambda: self.state.toggle_filter(key, value, on=value not in self.state.chosen(key)))

    def _on_facets(self, message: Message) -> None:
        self._counting = bool(message.get("on"))
        self.count()

    def count(self) -> None:
        """Count the facets of the search, if they are open."""
        if not self._counting:
            return
        text, read_cache = self.state.query, self._read_cache

        self._bridge.run(
            lambda: plan_header.facets_view(read_cache.facets(read_cache.plan(text))),
            lambda found: self.header.send(facets=found),
            name="facets",
            failed=lambda _: None,
        )

    def _choose(self, message: Message) -> None:
        key, value, on = str(message["facet"]), str(message["value"]), bool(message.get("on"))
        if key in FACETS:
            self._changed(lambda: self.state.toggle_filter(key, value, on=on))

    def _set(self, key: str, values: list[str]) -> None:
        if key in FACETS:
            self._changed(lambda: self.state.choose(key, values))

    def _every(self, message: Message) -> None:
        key, every = str(message["facet"]), bool(message.get("on"))
        if key in FACETS:
            self._changed(lambda: self.state.choose(key, self.state.chosen(key), all_of=every))

    def _seek(self, message: Message) -> None:
        """Search the values of a large facet."""
        key, part, serial, text = str(message["facet"]), str(message["text"]), message["serial"], self.state.query
        library, read_cache = self._library, self._read_cache
        if key not in plan_header.SEARCHED:
            return

        def show(facet: Facet) -> None:
            self.header.send(sought={"serial": serial, "facet": plan_header.facet_view(facet)})

        self._bridge.run(
            lambda: library.search.facets(plan=read_cache.plan(text), containing={key: part})[key],
            show,
            name="seek",
            failed=lambda _: None,
        )

    def _drop(self, message: Message) -> None:
        """Remove one part of the search, unless the search changed after the request."""
        text = self.state.query
        if message.get("query") == text:
            self.find(query.without_part(text, int(message["place"])))

    # Order.

    def sort(self, message: Message) -> None:
        """Sort by a key; without a direction, the same key again reverses the order."""
        key = str(message.get("sort"))
        if key in SORT_KEYS:
            turned = message.get("descending")
            self._changed(lambda: self.state.order(key, descending=None if turned is None else bool(turned)))

    # Saved views.

    def _views(self, work: Callable[[], Any], on_done: Callable[[Any], None] = lambda _: None) -> None:
        """Change the saved views and report the result; an event informs all sessions."""
        self._bridge.run(work, on_done, name="views", once=True)

    def _say(self, sentence: str) -> Callable[[SavedView], None]:
        return lambda view: self._bridge.toast("good", sentence.format(view.name))

    def _open(self, message: Message) -> None:
        view_id = int(message["id"])
        self._bridge.run(
            lambda: self._library.views.get(view_id),
            lambda view: self._changed(lambda: self.state.show(view)),
            name="open_view",
        )

    def _save(self, message: Message) -> None:
        state, name = self.state, str(message["name"])
        text, order = state.query, {"sort": state.sort, "descending": state.descending}

        def save() -> SavedView:
            view = self._library.views.save(name, text, **order)
            state.view_id = view.view_id
            return view

        self._views(save, self._say("Saved as “{}”."))

    def _rename(self, message: Message) -> None:
        view_id, name = int(message["id"]), str(message["name"])
        self._views(lambda: self._library.views.rename(view_id, name), self._say("Renamed to “{}”."))

    def _set_default(self, message: Message) -> None:
        view_id = None if message.get("id") is None else int(message["id"])
        self._views(lambda: self._library.views.set_default(view_id))

    def _remove(self, message: Message) -> None:
        view_id = int(message["id"])

        def on_done(view: SavedView) -> None:
            self._removed = view
            self.header.send(removed=view.name)

        self._views(lambda: self._library.views.remove(view_id), on_done)

    def _put_back(self, _: Message) -> None:
        view = self._removed
        if view is not None:
            self._removed = None
            self._views(lambda: self._library.views.restore(view), self._say("“{}” was restored."))
