"""The ids of titles at providers, and their forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.providers.registry import PROVIDERS, id_kinds, label_of

ID_FIELDS: Mapping[str, str] = {name: each.field for name, each in id_kinds().items()}  # field of titles by kind of ids
_NO_ID = "“{}” is not an id. Write imdb:tt0012345, tmdb:12345 or tvdb:12345."
_TEXT = re.compile(r"(?:(?P<provider>[a-z]+)[:-])?(?P<value>[a-z0-9]+)")
_FORMS = {name: re.compile(each.form) for name, each in id_kinds().items()}


@dataclass(frozen=True, slots=True)
class ExternalId:
    """The id of a title at a provider; ids are texts (`603`, `tt0133093`)."""

    provider: str  # its kind of ids: `model.providers.registry.id_kinds`
    value: str

    @classmethod
    def parse(cls, provider: str, value: str) -> ExternalId:
        """
        Return the id with these parts.

        Raises:
            UsageError: The provider has no ids, or the id does not have its form.

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
        return f"{label_of(self.provider)} {self.value}"


def id_owner(provider: str) -> str:
    """Return the provider whose ids a provider uses: the ids of OMDb are those of IMDb."""
    known = PROVIDERS.get(provider)
    return known.ids.name if known and known.ids else provider
