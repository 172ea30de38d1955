"""What a folder holds, the language of its titles, and what it publishes: set in the card of the folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboards.components.base import Component
from dashboards.session import Session
from indexium_core.model.files.inventory import LibraryDetails
from indexium_core.model.publishing.options import PUBLISH_CHOICES

_Change = Callable[[Callable[[], Any], Callable[[Any], str]], None]


class FolderTitles:
    """Takes the choices of the cards."""

    def __init__(
        self,
        session: Session,
        component: Component,
        *,
        folder: Callable[[int], LibraryDetails | None],
        change: _Change,
    ) -> None:
        """`folder` returns a folder of the page, `change` runs a change and says what it did."""
        self._library, self._folder, self._change = session.library, folder, change
        component.on(
            kind_of=self._set_kind,
            language=self._set_language,
            publish=self._set_publish,
        )

    def _set_kind(self, message: Mapping[str, Any]) -> None:
        library_id, kind = int(message["id"]), str(message["kind"])
        if row := self._folder(library_id):
            self._change(
                lambda: self._library.set_kind(library_id, kind),
                lambda job: f"{row.name}: {'its titles are being identified' if job else 'nothing is identified'}.",
            )

    def _set_language(self, message: Mapping[str, Any]) -> None:
        library_id, language = int(message["id"]), str(message["language"])[:40].strip().lower()
        named = f"“{language}”" if language else "the language of the settings"
        if row := self._folder(library_id):
            self._change(
                lambda: self._library.inventory.set_metadata_language(library_id, language),
                lambda _: f"{row.name}: titles are looked up in {named} from now on.",
            )

    def _set_publish(self, message: Mapping[str, Any]) -> None:
        library_id, publish = int(message["id"]), str(message["publish"])
        row = self._folder(library_id)
        if row is not None and publish in PUBLISH_CHOICES:
            self._change(
                lambda: self._library.publications.set_options(library_id, publish=publish),
                lambda options: (
                    f"{row.name} publishes {options.summary}. Nothing is written yet."
                    if options.is_on
                    else f"{row.name} publishes nothing. Files that were published stay."
                ),
            )
