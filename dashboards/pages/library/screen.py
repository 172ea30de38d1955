"""The library page: all files as pictures or as a table."""

from __future__ import annotations

from dashboards.components.base import Component
from dashboards.pages.library.pictures.browsing import Browsing
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import LibraryState


class LibraryScreen(Screen):
    """The page of the library in one session."""

    state: LibraryState

    def __init__(self, session: Session) -> None:
        self.state = LibraryState()
        self._session = session
        self._browsing = Browsing(session, self.state, self._show_as)

    def roots(self) -> dict[str, Component]:
        """Return the components by their places in the page."""
        return self._browsing.roots()

    def start(self) -> None:
        """Subscribe to the process's events."""
        self._browsing.start()

    def enter(self) -> None:
        """Show the page, with the file that the address names in detail."""
        self.refresh()
        self._browsing.enter()

    def reset(self) -> None:
        """Show all files as pictures."""
        self.state.param.update(shows="", query="", file_id=None)
        self._browsing.follow()

    def follow_file(self) -> None:
        """Show the file in detail that the address of this page names."""
        self._browsing.follow()

    def refresh(self) -> None:
        """Read the files again, if the page is shown."""
        if self._session.is_showing("library"):
            self._browsing.outdate()
            self._browsing.show(self.state.shows or "pictures")

    def _show_as(self, shows: str) -> None:
        """Show the library as pictures, as a table, or as folders."""
        if shows == "folders":
            self._session.go("folders")
        elif shows in ("pictures", "table"):
            self.state.shows = shows
            self._session.update_address(push=True)
            self.refresh()
