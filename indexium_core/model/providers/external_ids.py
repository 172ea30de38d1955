"""The ids of titles at providers, and their forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core import errors

__all__ = ["PROVIDER_NAMES", "ExternalId"]

PROVIDER_NAMES: Mapping[str, str] = {
    "tmdb": "TMDB",
    "imdb": "IMDb",
    "tvdb": "TVDB",
    "omdb": "OMDb",
    "fanarttv": "fanart.tv",
}
_FORMS = {
    "imdb": re.compile(r"tt[0-9]{7,9}"),
    "tmdb": re.compile(r"[0-9]{1,9}"),
    "tvdb": re.compile(r"[0-9]{1,9}"),
}


@dataclass(frozen=True, slots=True)
class ExternalId:
    """The id of a title at a provider: `tmdb`, `imdb`, `tvdb`; ids are texts (`603`, `tt0133093`)."""

    provider: str
    value: str

    @classmethod
    def parse(cls, provider: str, value: str) -> ExternalId:
        """
        Return the id with these parts.

        Raises:
            UsageError: The provider is not `tmdb`, `imdb` or `tvdb`, or the id does not have its form.

        """
        found = cls(provider, value)
        if not found.is_valid:
            raise errors.UsageError(
                f"“{provider[:20]}:{value[:40]}” is not an id. Write imdb:tt0012345, tmdb:12345 or tvdb:12345."
            )
        return found

    @property
    def is_valid(self) -> bool:
        """Whether the id has the form of its provider, so that it can be a part of an address."""
        form = _FORMS.get(self.provider)
        return form is not None and form.fullmatch(self.value) is not None

    def __str__(self) -> str:
        return f"{PROVIDER_NAMES.get(self.provider, self.provider)} {self.value}"
