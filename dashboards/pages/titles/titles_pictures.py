"""The pictures of the open title: the dialog that chooses them, and the way to the next title of the list."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.pages.titles import title_page, titles_list
from dashboards.pages.titles.artwork_dialog.artwork_dialog import ArtworkDialog
from dashboards.pages.titles.artwork_dialog.artwork_views import PictureTitle, main_kind
from dashboards.pages.titles.titles_state import TitlesState
from dashboards.session import Session


class TitlesPictures:
    """Opens the dialog for titles of the list."""

    def __init__(self, session: Session, state: TitlesState, *, opened: Callable[[int], None]) -> None:
        """Make a closed dialog; `opened` shows the page of a title to which the dialog has moved."""
        self._session, self._state, self._library = session, state, session.library
        self.changed: set[int] = set()  # titles whose pictures this session has changed
        self.dialog = ArtworkDialog(
            session.library,
            session.bridge,
            changed=lambda title_id, _: self.changed.add(title_id),
            settings=lambda: session.go("settings", section="privacy"),
            neighbour=self._neighbour,
            moved=opened,
        )

    def ask(self, found: title_page.TitleSnapshot | None, season: int) -> None:
        """Show the pictures of a title, or of one of its seasons; -1: of the title."""
        if found is None or not True:
            return
        item, numbers = found.title.item, [each.number for each in found.seasons]
        seasons = tuple(each for each in numbers if each is not None)
        title = PictureTitle(entity_type=item.entity_type, id=item.id, name=item.name, seasons=seasons)
        if season < 0:
            self.dialog.ask(title, main_kind(item.entity_type))
        elif season in title.seasons:
            self.dialog.ask(title, "poster", season)

    def _neighbour(self, title_id: int, by: int) -> Callable[[], PictureTitle | None]:
        """Return what reads the next title of the list, or with -1 the one before; None at its end."""
        query, filters, library, sort = self._state.query, self._state.filters(), self._library, self._state.sort

        def read() -> PictureTitle | None:
            ids = library.titles.ids(query, sort=sort, descending=sort in titles_list.DESCENDING, **filters)
            place = ids.index(title_id) + by if title_id in ids else -1
            if not 0 <= place < len(ids):
                return None
            item = library.titles.get(ids[place]).item
            seasons = library.series.collection(item.id).seasons if item.entity_type == "series" else ()
            numbers = tuple(each.number for each in seasons if each.number is not None)
            return PictureTitle(entity_type=item.entity_type, id=item.id, name=item.name, seasons=numbers)

        return read
