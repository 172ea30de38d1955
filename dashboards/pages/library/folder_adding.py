"""The choice of a new folder: suggested paths, the folders of this machine, the proposed kind, and the addition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.pages.library.folders import Folders
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model.files.inventory import LibraryRow


class FolderAdding:
    """Adds folders in one session."""

    def __init__(self, session: Session, folders: Folders, added: Callable[[LibraryRow], None]) -> None:
        """Create the choice; `added` receives each new folder."""
        self._session, self._library, self._bridge = session, session.library, session.bridge
        self._folders, self._added = folders, added

    def hint(self, message: Mapping[str, Any]) -> None:
        """Show the folders that match a partly typed path."""
        if not self._session.local:
            return
        text, serial = str(message["text"])[:4096], int(message["serial"])
        self._bridge.run(
            lambda: self._library.inventory.folders(text),
            lambda result: self._folders.hints([{"path": each.path, "known": each.known} for each in result], serial),
            name="folder_hints",
        )

    def browse(self, message: Mapping[str, Any]) -> None:
        """Show the folders inside a folder."""
        if not self._session.local:  # another machine does not see the folders of this one
            return
        path = str(message["path"])[:4096]
        self._bridge.run(lambda: self._library.inventory.browse(path), self._folders.list_folder, name="browse")

    def propose(self, message: Mapping[str, Any]) -> None:
        """Show the kind that the names in a typed folder propose."""
        path = str(message["path"]).strip()[:4096]
        if self._session.local and path.startswith(("/", "~")):
            self._bridge.run(
                lambda: self._library.inventory.propose_kind(path),
                lambda found: self._folders.show_proposal(path, found),
                name="propose_kind",
                failed=lambda error: self._folders.refuse_proposal(path, error.message),
            )

    def add(self, message: Mapping[str, Any]) -> None:
        """Add the typed folder. Without a chosen kind, it is of the kind that its names propose."""
        path, photos, kind = str(message["path"]).strip(), bool(message["photos"]), str(message["kind"])[:40]

        def work() -> LibraryRow:
            if not path.startswith(("/", "~")):  # here: the error disappears when a folder is added
                raise errors.UsageError("Enter the full path. It starts with / or with ~ for your home folder.")
            return self._library.inventory.add(path, photos=photos, kind=kind or "auto")

        self._bridge.run(work, self._added, name="add_folder", once=True)
