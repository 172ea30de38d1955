"""The search of pictures at providers that a person names: a part of the dialog that chooses pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.components.title_text import without_command
from dashboards.pages.titles.artwork_dialog.view_types import ArtworkProviderView, ArtworkSearchView
from indexium_core.model import wording
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.selections import PictureSearchResult
from indexium_core.model.lookups.traffic import ProviderStatus


@dataclass(slots=True, kw_only=True)
class ArtworkSearch:
    """One opening of the search."""

    providers: Sequence[ProviderStatus]
    running: frozenset[str] = frozenset()  # providers that are searched
    results: Mapping[str, PictureSearchResult] = field(default_factory=dict)  # of the last search
    problem: str = ""  # why the last search has no results

    def view(self, candidates: Sequence[AssetCandidate], name: str) -> ArtworkSearchView:
        """Return the view; `candidates`: the known pictures of the kind that is shown, which is called `name`."""
        known = Counter(each.provider for each in candidates)
        return {
            "providers": [self._row(each, known[each.provider], name) for each in self.providers],
            "running": bool(self.running),
            "problem": self.problem,
        }

    def _row(self, each: ProviderStatus, known: int, name: str) -> ArtworkProviderView:
        result = self.results.get(each.provider)
        about, text, level = "", wording.plural(known, name) if known else "", ""
        if not each.is_on:
            about = without_command(each.reason)
        if each.provider in self.running:
            text, level = "searching…", "running"
        elif result is not None and result.state == "failed":
            about, text, level = result.message, "no answer", "failed"
        elif result is not None:
            text = wording.plural(result.total, "picture") if result.total else "no picture"
            level = result.state
        return {"id": each.provider, "label": each.name, "on": each.is_on, "about": about, "text": text, "level": level}
