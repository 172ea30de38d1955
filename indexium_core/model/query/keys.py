"""The keys of the search grammar in one table: columns, help and a working example of each."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from indexium_core.model.fields import custom
from indexium_core.model.fields.custom import RegisteredFields
from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.table import CREATION_TIME, DATE, DATED, EDITABLE, FAVORITE_KEY, FIELDS, RATING
from indexium_core.model.fields.values import FAVORITE, REJECTED
from indexium_core.model.files.properties import LABELS
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import CATEGORIES, RISK_LEVELS
from indexium_core.model.query.title_keys import TITLE_FLAGS, TITLE_TEXTS

# The kind of a value: names of people; a part of a text; a part of a text of titles; whole folders; the name of a
# library; one of several words; an issue code; locked fields; file ids; ids of people; a count; bytes; days; yes or no;
# keys of fields; a number or a day that is stored as text.
Kind = Literal[
    "people",
    "text",
    "title",
    "folder",
    "root",
    "choice",
    "codes",
    "locks",
    "ids",
    "person_ids",
    "count",
    "size",
    "date",
    "flag",
    "fields",
    "number",
    "day",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. Aliases of tables in `columns`: `i` plan_items, `f` scanned_files, `l` libraries."""

    name: str
    kind: Kind
    columns: tuple[str, ...]  # a file matches if any of these columns matches
    help: str  # completes "finds files …"
    example: str
    choices: tuple[str, ...] = ()  # all possible values; () = any
    words: Mapping[str, int] = field(default_factory=dict)  # numbers that have a name


def _key(name: str, kind: Kind, columns: str, help_: str, example: str, *, choices: tuple[str, ...] = ()) -> Key:
    return Key(name=name, kind=kind, columns=tuple(columns.split()), help=help_, example=example, choices=choices)


def value_of(key: str) -> str:
    """Return the column of a field: the planned value, else the value in the file."""
    planned = f"WHEN map_contains(i.field_values, '{key}') THEN i.field_values['{key}']"
    return f"(CASE {planned} ELSE f.fields['{key}'] END)"


_PROPERTY = "(SELECT first(m.{}::VARCHAR) FROM media_properties AS m WHERE m.file_id = f.file_id)"


def _of_property(name: str, kind: Kind, help_: str, example: str) -> Key:
    """Return the key of a media property; its values are compared as texts."""
    return Key(name=name, kind=kind, columns=(_PROPERTY.format(name),), help=help_, example=example)


def _date_in(fields: str) -> str:
    """Return the date in a map of fields, as `media.sql` reads it."""
    return f"coalesce(wall_time({fields}['{CREATION_TIME}']), wall_time({fields}['{DATE}']))"


_SHOWN_DATE = (
    f"shown_date({_date_in('i.field_values')}, {_PROPERTY.format('taken')}::TIMESTAMP, {_date_in('f.fields')},"
    " f.file_name, coalesce(f.former_mtime_ns, f.mtime_ns))::VARCHAR"
)

_TABLE = (
    _key(
        "person",
        "people",
        "i.result_people",
        "with a person, after the planned change; in quotes the exact name or an alias of it",
        'person:"Ann Lee"',
    ),
    _key("db", "people", "i.db_people", "that have a person in the database", 'db:"Ann Lee"'),
    _key("person_id", "person_ids", "f.file_id", "with a person, by id", "person_id:3"),
    _key("has", "people", "i.existing_people", "that have a person in the file", "has:ann"),
    _key("adds", "people", "i.tags_to_add", "that would get a person", 'adds:"Ann Lee"'),
    _key("removes", "people", "i.tags_to_remove", "that would lose a person", "removes:bob"),
    _key("path", "text", "f.path_search", "whose full path contains a text", "path:archive"),
    _key("id", "ids", "f.file_id", "with an id; several ids with commas, or a range", "id:12,15"),
    _key("name", "text", "f.file_name", "whose file name contains a text", "name:seaside"),
    _key(
        "folder",
        "folder",
        "f.folder",
        "in a folder of that name (a library folder, too) or below; a leading / starts at the library folder, "
        "/ alone is the library folder",
        "folder:Family/2019",
    ),
    _key("root", "root", "l.name l.path", "of a library; in quotes its exact name or path", "root:films"),
    _key("ext", "choice", "f.file_ext", "with an extension", "ext:mp4,mov"),
    _key("container", "choice", "f.container", "of a container format, whatever their extension", "container:matroska"),
    _key("type", "choice", "f.media_kind", "of a kind of media", "type:photo", choices=("video", "audio", "photo")),
    _of_property("camera", "text", "that a camera took, by a part of its name", "camera:fujifilm"),
    _of_property("lens", "text", "that were taken with a lens, by a part of its name", "lens:23mm"),
    _of_property("faces", "text", "with a face region of this name, or of a part of it", 'faces:"Ann Lee"'),
    _of_property("taken", "day", "by the day of their recording: a year, a month, a day, or a range", "taken:2019-07"),
    Key(
        name="dated",
        kind="day",
        columns=(_SHOWN_DATE,),
        help="by the day that the library shows: of the recording, of a field, in the name, else of the last change",
        example="dated:2019..2020-03",
    ),
    _key("risk", "choice", "i.risk_level", "of a risk level", "risk:danger,blocked", choices=RISK_LEVELS),
    _key("category", "choice", "i.category", "by the kind of their change", "category:add", choices=CATEGORIES),
    _key(
        "issue", "codes", "i.issue_set", "with an issue or a note", "issue:custom_comment", choices=tuple(risk.ISSUES)
    ),
    _key("tags", "count", "i.result_people", "by the number of people in the result", "tags:>3"),
    _key("size", "size", "f.size", "by size; kb, mb, gb count in thousands, kib, mib, gib in 1,024s", "size:>1gb"),
    _key("mtime", "date", "f.mtime_ns", "by the day of their last change, in local time", "mtime:2025-01..2025-06"),
    _key("edited", "flag", "i.edited", "with an edit, or without one", "edited:yes"),
    _key("postponed", "flag", "i.postponed", "that are skipped, or not", "postponed:yes"),
    _key(
        "mode",
        "choice",
        "i.people_mode i.comment_mode",
        "with a mode",
        "mode:preserve",
        choices=("merge", "exact", "replace", "preserve"),
    ),
)


def _of_field(each: Field) -> Key:
    """Return the key of a field."""
    kind, example = _FIELD_KINDS[each.type]
    of_title = ", or by that of their film or series" if each.key in TITLE_TEXTS else ""
    return Key(
        name=each.key,
        kind=kind,
        columns=(value_of(each.key),),
        help=f"by their {each.title.lower()}, edits included{of_title}",
        example=f"{each.key}:{example}",
        words={"rejected": int(REJECTED)} if each.type == "rating" else {},
    )


_FIELD_KINDS: Mapping[FieldType, tuple[Kind, str]] = {
    "text": ("text", "sea"),
    "list": ("text", "beach"),
    "integer": ("number", "2"),
    "rating": ("number", ">3"),
    "date": ("day", "2019-07"),
    "datetime": ("day", "2019-07..2019-09"),
}
_OF_TITLES = (
    _key("movie", "title", "", "of a film, by a part of its title", "movie:nosferatu"),
    _key("series", "title", "", "of a series, by a part of its title", "series:pond"),
    _key("actor", "title", "", "of a film or series with an actor, by a part of the name", 'actor:"Ann Lee"'),
    _key("director", "title", "", "of a film or series by a director, by a part of the name", "director:murnau"),
    Key(
        name="matched",
        kind="flag",
        columns=(TITLE_FLAGS["matched"],),
        help="of a film or series that is matched (a match is accepted or an id is known), or not",
        example="matched:no",
    ),
    Key(
        name="enriched",
        kind="flag",
        columns=(TITLE_FLAGS["enriched"],),
        help="of a film or episode that has values of a provider, or that has none",
        example="enriched:yes",
    ),
)
_OF_TABLE = (
    Key(
        name="year",
        kind="number",
        columns=(f"left(coalesce({', '.join(map(value_of, DATED))}), 4)",),
        help="by the year of their date or creation time",
        example="year:2019",
    ),
    Key(
        name=FAVORITE_KEY,
        kind="flag",
        columns=(f"(coalesce({value_of(RATING)}, '') = '{FAVORITE}')",),
        help="that are favourites, which means rated with 5 stars, or not",
        example="favorite:yes",
    ),
)


def _with_choices(known: RegisteredFields) -> tuple[Key, ...]:
    """Return the keys whose values are keys of fields."""
    own = tuple(each.key for each in known.fields)
    editable = (*(each.key for each in EDITABLE), *own)
    return (
        _key(
            "locked",
            "locks",
            "f.file_id",
            "with a locked field: one of these, any (yes), or none (no)",
            "locked:duration,size",
            choices=("yes", "no", *LABELS, *editable),
        ),
        Key(
            name="field",
            kind="fields",
            columns=("map_keys(f.fields)",),
            help="that have a value of a field",
            example="field:title",
            choices=editable,
        ),
        Key(
            name="changed",
            kind="fields",
            columns=("list_transform(i.changes, lambda c: c.field)",),
            help="whose field a write would change",
            example="changed:title",
            choices=(*(each.key for each in FIELDS), *own),
        ),
    )


def all_keys() -> Mapping[str, Key]:
    """Return the keys by their names, with those of the fields that the user defined."""
    return _keys_of(custom.current())


@lru_cache(maxsize=8)
def _keys_of(known: RegisteredFields) -> Mapping[str, Key]:
    fields = (*EDITABLE, *known.fields)
    return {key.name: key for key in (*_TABLE, *_OF_TITLES, *map(_of_field, fields), *_OF_TABLE, *_with_choices(known))}


KEYS: Mapping[str, Key] = _keys_of(custom.NONE)  # without fields that the user defined

BARE = _key("", "text", "f.path_search", "whose name, path or people contain a word", "seaside")

# Words that users try instead of a key.
_OTHER_WORDS = {
    "contains": "has",
    "dir": "folder",
    "directory": "folder",
    "extension": "ext",
    "file": "name",
    "film": "movie",
    "filename": "name",
    "file_id": "id",
    "format": "container",
    "in": "folder",
    "is": "risk",
    "level": "risk",
    "library": "root",
    "lock": "locked",
    "modified": "mtime",
    "number": "id",
    "people": "person",
    "problem": "issue",
    "skipped": "postponed",
    "tv": "series",
    "status": "risk",
    "kind": "type",
    "media": "type",
    "who": "person",
}


def nearest_key(word: str) -> str | None:
    """Return the key that is most similar to an unknown one; None if no key is similar."""
    if word in _OTHER_WORDS:
        return _OTHER_WORDS[word]
    near = difflib.get_close_matches(word[:40], all_keys(), n=1, cutoff=0.6)
    return near[0] if near else None
