"""The fields of titles: which a title has, which a person can set, and the form of their values."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from indexium_core import errors
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.providers.registry import id_kinds

EntityType: TypeAlias = Literal["movie", "series", "season", "episode"]
ENTITY_TYPES: tuple[EntityType, ...] = ("movie", "series", "season", "episode")
KIND_NAMES: Mapping[str, str] = {"movie": "film", "series": "series", "season": "season", "episode": "episode"}
# The fields of files that values of titles can fill, by the name that a person uses.
PLANNED_FIELDS: Mapping[str, str] = {
    "title": "title",
    "year": "date",
    "description": "description",
    "genre": "genre",
    "cast": "artist",
    "show": "show",
    "season": "season",
    "episode": "episode",
}
_ALL = frozenset(ENTITY_TYPES)
_WORKS = frozenset({"movie", "series"})
_PERCENT = frozenset({"rotten_tomatoes", "metacritic"})  # ratings from 0 to 100
_LONGEST = 20_000  # characters of a text
_DIGITS = 9  # of a number
_ID_FIELDS = {each.field: each for each in id_kinds().values()}
_LANGUAGE = re.compile(r"[a-z]{2}")
_NO_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # neither JSON nor the database stores surrogates


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleField:
    """One field of titles."""

    name: str
    about: str
    type: Literal["text", "integer", "date", "list", "yes", "json"] = "text"
    entities: frozenset[str] = _ALL
    lowest: int = 0
    highest: int = 100_000


TITLE_FIELDS: Mapping[str, TitleField] = {
    field.name: field
    for field in (
        TitleField(name="title", about="Title."),
        TitleField(name="original_title", about="Title in the original language."),
        TitleField(name="sort_title", about="Title by which lists are sorted."),
        TitleField(name="year", about="Year of the first release.", type="integer", lowest=1870, highest=2100),
        TitleField(
            name="edition", about="Edition of all its files, such as Director's Cut.", entities=frozenset({"movie"})
        ),
        TitleField(
            name="language", about="Language of the release, ISO 639-1.", entities=frozenset({"movie", "episode"})
        ),
        TitleField(
            name="country", about="Country that tells series with one title apart.", entities=frozenset({"series"})
        ),
        TitleField(
            name="season", about="Number of the season; 0: specials.", type="integer", entities=frozenset({"episode"})
        ),
        TitleField(name="episode", about="Number in the season.", type="integer", entities=frozenset({"episode"})),
        TitleField(
            name="absolute", about="Number through all seasons.", type="integer", entities=frozenset({"episode"})
        ),
        TitleField(name="aired", about="Date of the first broadcast.", type="date", entities=frozenset({"episode"})),
        TitleField(name="plot", about="What happens."),
        TitleField(name="tagline", about="One sentence about it.", entities=_WORKS),
        TitleField(name="genres", about="Genres.", type="list", entities=_WORKS),
        TitleField(name="keywords", about="What it is about.", type="list", entities=_WORKS),
        TitleField(name="tags", about="Free words.", type="list"),
        TitleField(name="studios", about="Studios or broadcasters.", type="list", entities=_WORKS),
        TitleField(name="countries", about="Countries of production.", type="list", entities=_WORKS),
        TitleField(name="collection", about="Collection of films or series.", entities=_WORKS),
        TitleField(
            name="status",
            about="Whether it continues: Continuing, Ended or another word.",
            entities=frozenset({"series"}),
        ),
        TitleField(name="release_date", about="Date of the first release.", type="date"),
        TitleField(name="runtime_minutes", about="Length in minutes.", type="integer", lowest=1),
        TitleField(name="content_rating", about="Age rating.", entities=_WORKS),
        TitleField(name="ratings", about="Ratings by source: 0 to 10, of critics 0 to 100.", type="json"),
        TitleField(name="votes", about="Number of votes by source of the rating.", type="json"),
        TitleField(name="cast", about="Actors with their roles.", type="json"),
        TitleField(name="crew", about="Directors, writers and others.", type="json"),
        *(TitleField(name=name, about=f"Id at {each.label}.") for name, each in _ID_FIELDS.items()),
        TitleField(name="ignored", about="Whether it is no film and no series.", type="yes", entities=_WORKS),
    )
}


def named_kind(entity_type: str) -> str:
    """Return a type of titles in words: `a film`, `an episode`."""
    return f"{'an' if entity_type == 'episode' else 'a'} {KIND_NAMES[entity_type]}"


def field_of(name: str, entity_type: str) -> TitleField:
    """Return a field of an entity; UsageError if there is no such field."""
    field = TITLE_FIELDS.get(name)
    if field is None or entity_type not in field.entities:
        known = ", ".join(each.name for each in TITLE_FIELDS.values() if entity_type in each.entities)
        title = named_kind(entity_type).capitalize()
        raise errors.UsageError(f"{title} has no field “{name[:40]}”. Choose one of: {known}.")
    return field


def require_entity_type(name: str) -> None:
    """Raise UsageError if there are no titles of this type."""
    if name not in ENTITY_TYPES:
        raise errors.UsageError(f"There is no kind of title “{name[:40]}”. Choose one of: {', '.join(ENTITY_TYPES)}.")


def rating_scale(name: str) -> int:
    """Return the highest value of a rating by its source."""
    return 100 if name in _PERCENT else 10


def planned_fields(names: Sequence[str]) -> frozenset[str]:
    """Return the fields of files for names of `PLANNED_FIELDS`; UsageError for an unknown name, or without any."""
    unknown = next((name for name in names if name not in PLANNED_FIELDS), None)
    if unknown is not None or not names:
        wrong = f"“{unknown[:40]}” is no field that a title can fill." if unknown is not None else "Name a field."
        raise errors.UsageError(f"{wrong} Choose from: {', '.join(PLANNED_FIELDS)}.")
    return frozenset(PLANNED_FIELDS[name] for name in names)


def checked_value(field: TitleField, value: Any) -> Any:
    """
    Return a value that a person sets in the form in which it is stored; "" and None are None.

    Raises:
        ValidationError: The value does not fit the field.

    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if field.type == "list":
        return _list(field, value)
    if field.type == "json":
        return _json(field, value)
    fits = {"integer": int, "yes": bool, "date": dt.date}.get(field.type, str)
    if not isinstance(value, str) and (not isinstance(value, fits) or (fits is int and isinstance(value, bool))):
        raise errors.ValidationError(f"The value of {field.name} is not of the type {field.type}.")
    found = _CHECKS[field.type](field, _text(field, str(value).strip()))
    if field.name in _ID_FIELDS and not ExternalId(field.name.removesuffix("_id"), found).is_valid:
        raise errors.ValidationError(
            f"The value of {field.name} is {_ID_FIELDS[field.name].example}, not “{found[:40]}”."
        )
    if field.name == "language":
        return _language(found)
    return found


def _list(field: TitleField, value: Any) -> list[str]:
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(each, str) for each in parts):
        raise errors.ValidationError(f"The field {field.name} is a list of texts.")
    return [text for each in parts if (text := " ".join(_text(field, each).split()))]


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text.lower()):
        raise errors.ValidationError(f"The language is a code of two letters such as en, not “{text[:40]}”.")
    return text.lower()


def _text(field: TitleField, text: str) -> str:
    if len(text) > _LONGEST or _NO_TEXT.search(text):
        raise errors.ValidationError(
            f"The value of {field.name} has control characters, a character that is not valid "
            f"or more than {_LONGEST:,} characters."
        )
    return text


def _yes(field: TitleField, text: str) -> bool:
    if text.lower() not in {"yes", "no", "true", "false"}:
        raise errors.ValidationError(f"The field {field.name} is yes or no, not “{text[:40]}”.")
    return text.lower() in {"yes", "true"}


def _integer(field: TitleField, text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or not field.lowest <= int(text) <= field.highest:
        message = f"The field {field.name} is a number from {field.lowest} to {field.highest}, not “{text[:40]}”."
        raise errors.ValidationError(message)
    return int(text)


def _date(field: TitleField, text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        message = f"The field {field.name} is a date such as 2019-07-31, not “{text[:40]}”."
        raise errors.ValidationError(message) from error


def _json(field: TitleField, value: Any) -> Any:
    try:
        found = json.loads(value if isinstance(value, str) else json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        found = None  # its check names the form of the value
    return _JSON_CHECKS[field.name](field, found)


def _ratings(field: TitleField, value: Any) -> dict[str, float]:
    """Return ratings from 0 to 10; those of Rotten Tomatoes (percent) and Metacritic are from 0 to 100."""
    if not isinstance(value, dict) or not all(
        isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each <= rating_scale(name)
        for name, each in value.items()
    ):
        raise errors.ValidationError(
            f"The value of {field.name} has numbers from 0 to 10, of rotten_tomatoes and metacritic to 100, such as "
            '{"imdb": 7.5}.'
        )
    return {_text(field, name): each for name, each in value.items()}


def _votes(field: TitleField, value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(each) is int and 0 <= each < 10**_DIGITS for each in value.values()):
        raise errors.ValidationError(f'The value of {field.name} has whole numbers from 0, such as {{"imdb": 1200}}.')
    return {_text(field, name): each for name, each in value.items()}


def _people(field: TitleField, value: Any) -> list[dict[str, Any]]:
    """Return people. Each has a name and its part (cast: `character`, `order`, `person_ids`; crew: `job`)."""
    part = "character" if field.name == "cast" else "job"
    message = f'The value of {field.name} is a list such as [{{"name": "Ada Quill", "{part}": "…"}}].'
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise errors.ValidationError(message)
    for each in value:
        order, ids = each.get("order", 0), each.get("person_ids", {})
        texts = {name: text for name, text in each.items() if name not in {"order", "person_ids"}}
        if not texts.get("name") or set(texts) - {"name", part} or not all(isinstance(t, str) for t in texts.values()):
            raise errors.ValidationError(message)
        if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= field.highest:
            raise errors.ValidationError(f"The order in {field.name} is a number from 0 to {field.highest:,}.")
        if not isinstance(ids, dict) or not all(isinstance(each_id, str) for each_id in ids.values()):
            raise errors.ValidationError(f'The person_ids in {field.name} are texts by provider: {{"tmdb": "7010"}}.')
        for text in (*texts.values(), *ids, *ids.values()):
            _text(field, text)
    return value


_JSON_CHECKS: Mapping[str, Callable[[TitleField, Any], Any]] = {
    "ratings": _ratings,
    "votes": _votes,
    "cast": _people,
    "crew": _people,
}
_CHECKS: Mapping[str, Callable[[TitleField, str], Any]] = {
    "text": _text,
    "yes": _yes,
    "integer": _integer,
    "date": _date,
}


def shown_text(value: Any) -> str:
    """Return a value as text for people."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(each["name"] if isinstance(each, dict) and "name" in each else str(each) for each in value)
        case dict():
            return ", ".join(f"{key} {each}" for key, each in value.items())
        case _:
            return str(value)
