"""Publications on the pages of titles: the button with the number of titles, and the state of one title."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from dashboards.components.base import Component
from dashboards.pages.titles.view_types import PublishOfferView, TitlePublishView
from dashboards.session import PUBLISH, Session
from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.publishing.publication import PublicationItem, PublishLogEntry
from indexium_core.model.publishing.requests import PublicationFilter
from indexium_core.model.publishing.risks import PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import VIDEO, Entity
from indexium_core.model.titles.titles import TitleItem


class _PublishingOffer(NamedTuple):
    is_on: bool  # a library publishes
    titles: int  # that would be published


class TitlesPublishing:
    """Reads what would be published, apart from the titles: the first plan of a large library takes seconds."""

    def __init__(self, session: Session, titles: Component, page: Component, *, draw: Callable[[], None]) -> None:
        """Create the reader; `draw` shows what was read."""
        self._session, self._bridge, self._draw = session, session.bridge, draw
        self._library = session.library
        self._offer: _PublishingOffer | None = None
        self._item: TitleItem | None = None
        self.of_title: TitlePublishView | None = None
        titles.on(publish=lambda _: self._session.go(PUBLISH, asks=True))
        page.on(publish=lambda _: self._open())

    def offer(self) -> PublishOfferView | None:
        """Return the button that publishes; None before it is known."""
        if self._offer is None:
            return None
        return offer_view(self._session.address_of(PUBLISH), is_on=self._offer.is_on, titles=self._offer.titles)

    def load(self) -> None:
        """Read the number of titles that would be published."""
        if not self._session.has_page(PUBLISH):
            return

        def read() -> _PublishingOffer:
            if not any(each.is_on for each in self._library.publications.all_options().values()):
                return _PublishingOffer(is_on=False, titles=0)
            return _PublishingOffer(is_on=True, titles=self._library.publications.plan(per_page=1).titles)

        def show(found: _PublishingOffer) -> None:
            if found != self._offer:
                self._offer = found
                self._draw()

        self._bridge.run(read, show, name="titles_publishing", failed=lambda _: None)

    def load_title(self, item: TitleItem) -> None:
        """Read what would be published of one title, and when it was published last."""
        if not self._session.has_page(PUBLISH):
            return
        if self._item is None or item.id != self._item.id:
            self.of_title = None
        self._item = item

        def read() -> TitlePublishView:
            log = self._library.publications.log(item.entity_type, item.id, count=1)
            try:
                found: PublicationItem | None = self._library.publications.get(item.entity_type, item.id)
            except errors.UnknownIdError:  # nothing of it is published
                found = None
            return title_view(found, log, href=self._session.address_of(PUBLISH))

        def show(found: TitlePublishView) -> None:
            if self._item is not None and self._item.id == item.id:
                self.of_title = found
                self._draw()

        self._bridge.run(read, show, name="title_publishing", failed=lambda _: None)

    def open_selected(self, title_ids: Collection[int]) -> None:
        """Show the publications with these titles selected, as far as there is something to publish."""

        def read() -> list[str]:
            wanted, chosen = PublicationFilter(risk=PUBLISHED_RISKS), frozenset(title_ids)
            found = map(Entity.of_address, self._library.publications.addresses(wanted))
            return [each.address for each in found if each.entity_type != VIDEO and each.entity_id in chosen]

        def show(addresses: list[str]) -> None:
            if self._offer is not None and self._offer.is_on and not addresses:
                self._bridge.toast("info", "There is nothing to publish for the selected titles.")
                return
            self._session.go(PUBLISH, asks=not addresses, picked="|".join(addresses))

        self._bridge.run(read, show, name="titles_publishing", once=True)

    def _open(self) -> None:
        """Show the publication of the title that is open, selected."""
        item = self._item
        if item is None:
            return
        own = Entity(item.entity_type, item.id)
        is_part = item.entity_type in ("season", "episode") and item.series_id is not None
        top = Entity("series", item.series_id or 0) if is_part else own
        self._session.go(PUBLISH, address=top.address, member=own.address if is_part else "", picked=top.address)


def offer_view(href: str, *, is_on: bool, titles: int) -> PublishOfferView:
    """Return the button that opens the page of publications."""
    label = f"Publish {wording.count(titles)}…" if titles else "Nothing to publish" if is_on else "Publish…"
    return {"href": href, "label": label, "done": is_on and not titles}


def title_view(found: PublicationItem | None, log: list[PublishLogEntry], *, href: str) -> TitlePublishView:
    """Return the button that publishes a title, if there is something to publish, and its last publication."""
    can = found is not None and found.risk in PUBLISHED_RISKS
    text = ""
    if log:
        last = log[0]
        text = f"Published {wording.ago(last.published_at)}"
        if not last.success:
            text = f"The publication failed {wording.ago(last.published_at)}: {last.error_message}"
        elif found is not None and found.is_unpublished:
            text += "; changed since"
    return {"label": "Publish…" if can else "", "href": href, "text": text}
