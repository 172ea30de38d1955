"""
Lists of people that somebody has sent to the service, each until its import.

A list changes nothing before. Only its sender knows its token. Many newer lists replace it, and with it goes its file.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from indexium_core import errors
from indexium_core.flows.people.people_service import PeopleService
from indexium_core.model.accounts.needs import internal, needs
from indexium_core.model.accounts.permissions import PLAN_EDIT
from indexium_core.model.people.import_report import ImportCheck, ImportReport, ListComparison
from indexium_core.model.remote_calls import remote

_MOST = 8  # lists


class _SentList:
    """A list. Its file is removed with it, at the latest at the end of the process."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name  # of the file of the sender, for display only
        self.comparison: ListComparison | None = None
        self.remove = weakref.finalize(self, path.unlink, missing_ok=True)

    def note(self, done: int, total: int) -> None:
        """Note how far the comparison with the files is."""
        self.comparison = ListComparison(done=done, total=total)

    @contextlib.contextmanager
    def named(self) -> Iterator[None]:
        """Use its name in messages, not the path of its file here; afterwards, nothing is compared."""
        try:
            yield
        except errors.UsageError as error:
            raise errors.UsageError(error.message.replace(str(self.path), self.name)) from error
        finally:
            self.comparison = None


class PeopleLists:
    """Previews and imports lists. It may be used from any thread."""

    def __init__(self, people: PeopleService) -> None:
        self._people = people
        self._lists: OrderedDict[str, _SentList] = OrderedDict()
        self._lock = threading.Lock()

    @internal
    def keep(self, path: Path, name: str) -> str:
        """Keep a list that has arrived, and return its token. `name`: that of the file of the sender."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._lists[token] = _SentList(path, name)
            while len(self._lists) > _MOST:
                self._lists.popitem(last=False)[1].remove()
        return token

    @needs(PLAN_EDIT)
    @remote()
    def check(self, token: str, *, root: str = "", replace: bool = False) -> ImportCheck:
        """
        Return the result of the import of a list without a change.

        Args:
            token: The token of the list.
            root: Folder that relative paths start from; "": the one from which most of them lead to scanned files.
            replace: Replace the people of the named files, instead of adding to them.

        Raises:
            UnknownIdError: The list was imported, or newer lists have replaced it.
            UsageError: The list cannot be read as a whole.

        """
        sent = self._find(token)
        with sent.named():
            base = root or self._people.root_for(sent.path) or None
            return self._people.check_import(sent.path, root=base, replace=replace, on_progress=sent.note)

    @needs(PLAN_EDIT)
    @remote()
    def comparison(self, token: str) -> ListComparison | None:
        """Return how far the running check or import of a list is; None if it compares no files, or has ended."""
        with self._lock:
            sent = self._lists.get(token)
        return sent.comparison if sent else None

    @needs(PLAN_EDIT)
    @remote()
    def take(self, token: str, *, root: str = "", replace: bool = False) -> ImportReport:
        """Import a list, which is forgotten then. Arguments and errors as in `check`."""
        sent = self._find(token)
        with sent.named():
            base = root or self._people.root_for(sent.path) or None
            report = self._people.import_file(
                sent.path, root=base, replace=replace, name=sent.name, on_progress=sent.note
            )
        self.discard(token)
        return report

    @needs(PLAN_EDIT)
    @remote()
    def discard(self, token: str) -> None:
        """Forget a list, if it is known."""
        with self._lock:
            sent = self._lists.pop(token, None)
        if sent:
            sent.remove()

    def _find(self, token: str) -> _SentList:
        with self._lock:
            sent = self._lists.get(token)
        if sent is None:
            raise errors.UnknownIdError("This list is no longer here. Choose it again.")
        return sent
