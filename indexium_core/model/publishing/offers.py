"""What the pages of titles offer to publish: the titles of a home, and one title with its last publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexium_core.model import wording
from indexium_core.model.publishing.publication import PublicationItem, PublishLogEntry
from indexium_core.model.publishing.risks import PUBLISHED_RISKS
from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOffer(Shaped):
    """Whether titles are published, and how many would be."""

    is_on: bool  # a library publishes
    titles: int

    @property
    def label(self) -> str:
        """The offer as the text of a link."""
        if self.titles:
            return f"Publish {wording.count(self.titles)}…"
        return "Nothing to publish" if self.is_on else "Publish…"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlePublication(Shaped):
    """Whether one title can be published, and its last publication."""

    can_publish: bool  # there is something to write
    text: str  # the last publication as a sentence without its full stop; "" if there is none

    @classmethod
    def of(cls, found: PublicationItem | None, log: Sequence[PublishLogEntry]) -> TitlePublication:
        """Return the state of a title: its row, None if nothing of it is published, and its publications."""
        text = ""
        if log:
            last = log[0]
            text = f"Published {wording.ago(last.published_at)}"
            if not last.success:
                text = f"The publication failed {wording.ago(last.published_at)}: {last.error_message}"
            elif found is not None and found.is_unpublished:
                text += "; changed since"
        return cls(can_publish=found is not None and found.risk in PUBLISHED_RISKS, text=text)
