"""The ids of titles at providers, and their forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core import errors

ID_FIELDS: Mapping[str, str] = {"tmdb": "tmdb_id", "imdb": "imdb_id", "tvdb": "tvdb_id"}  # field of titles by provider
PROVIDER_NAMES: Mapping[str, str] = {
    "tmdb": "TMDB",
    "imdb": "IMDb",
    "tvdb": "TVDB",
    "omdb": "OMDb",
    "fanarttv": "fanart.tv",
}
_NO_ID = "“{}” is not an id. Write imdb:tt0012345, tmdb:12345 or tvdb:12345."
_TEXT = re.compile(r"(?:(?P<provider>[a-z]+)[:-])?(?P<value>[a-z0-9]+)")
_FORMS = {  # programs write 0, -1 or tt0000000 if they know no id
    "imdb": re.compile(r"tt(?!0+$)[0-9]{7,9}"),
    "tmdb": re.compile(r"(?!0+$)[0-9]{1,9}"),
    "tvdb": re.compile(r"(?!0+$)[0-9]{1,9}"),
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
            raise errors.UsageError(_NO_ID.format(f"{str(provider)[:20]}:{str(value)[:40]}"))
        return found

    @classmethod
    def of_provider(cls, provider: str, value: str) -> ExternalId | None:
        """Return the id by which a provider knows a title; None if it has another form."""
        found = cls(id_owner(provider), value)
        return found if found.is_valid else None

    @classmethod
    def find(cls, text: str) -> ExternalId | None:
        """Return the id that a text is: `tt0133093`, `imdb:tt0133093`, `tmdb-603`; None if it is none."""
        match = _TEXT.fullmatch(text.strip().lower())
        found = cls(match["provider"] or "imdb", match["value"]) if match else None
        return found if found and found.is_valid else None

    @classmethod
    def of_text(cls, text: str) -> ExternalId:
        """Return the id that a text is, as `find`; UsageError if it is none."""
        found = cls.find(text)
        if found is None:
            raise errors.UsageError(_NO_ID.format(text[:60]))
        return found

    @property
    def is_valid(self) -> bool:
        """Whether the id has the form of its provider, so that it can be a part of an address, and is not 0."""
        form = _FORMS.get(self.provider)
        return form is not None and isinstance(self.value, str) and form.fullmatch(self.value) is not None

    def __str__(self) -> str:
        return f"{PROVIDER_NAMES.get(self.provider, self.provider)} {self.value}"


def id_owner(provider: str) -> str:
    """Return the provider whose ids a provider uses: the ids of OMDb are those of IMDb."""
    return "imdb" if provider == "omdb" else provider
