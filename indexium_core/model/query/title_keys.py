"""
Search keys for the titles of files, as SQL: which files belong to the films and series that a condition selects.

A file belongs to its film, its episode and the series of the episode. Ids of titles are unique among all kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model.providers.external_ids import ID_FIELDS

_FILES = (
    "SELECT file_id FROM (SELECT file_id, entity_id FROM title_files UNION ALL SELECT l.file_id, e.series_id "
    "FROM title_files AS l JOIN episodes AS e ON l.entity_type = 'episode' AND e.id = l.entity_id) "
    "WHERE entity_id IN ({})"
)
_SHOWN = "SELECT entity_id FROM titles_shown WHERE field = '{}' AND {{}}"
_LINES = "array_to_string({}, chr(10))"
_DIRECTORS = (
    """list_transform(list_filter(from_json(value, '[{"name":"VARCHAR","job":"VARCHAR"}]'), """
    "lambda each: lower(each.job) = 'director'), lambda each: each.name)"
)


@dataclass(frozen=True, slots=True)
class TitleText:
    """A text of titles: the column that is compared, and the ids of the files whose titles fulfil a condition `{}`."""

    column: str
    file_ids: str


def _text(column: str, titles: str) -> TitleText:
    return TitleText(column, _FILES.format(titles))


# By the key of the search.
TITLE_TEXTS: Mapping[str, TitleText] = {
    "movie": _text("title", "SELECT id FROM movies WHERE {}"),
    "series": _text("title", "SELECT id FROM series WHERE {}"),
    "actor": _text(_LINES.format("value->>'$[*].name'"), _SHOWN.format("cast")),
    "director": _text(_LINES.format(_DIRECTORS), _SHOWN.format("crew")),
    "genre": _text(_LINES.format("value->>'$[*]'"), _SHOWN.format("genres")),
}
_IS_TRUE = (
    "(CASE WHEN f.file_id IN ({}) THEN TRUE WHEN f.file_id IN (SELECT file_id FROM title_files "
    "ANTI JOIN (SELECT id FROM movies WHERE state = 'ignored') ON entity_id = id) THEN FALSE END)"
)
# A film or series is matched if its match is accepted, or if it has an id of a provider: a shown value `v` with HAS_ID.
ACCEPTED_TITLES = "SELECT entity_id FROM title_searches WHERE state = 'accepted'"
HAS_ID = f"(v.field IN {(*ID_FIELDS.values(),)} AND v.value::VARCHAR <> 'null')"
_WITH_ID = "SELECT v.entity_id FROM titles_shown AS v WHERE v.entity_type IN ('movie', 'series') AND {}"
MATCHED_TITLES = f"{ACCEPTED_TITLES} UNION {_WITH_ID.format(HAS_ID)}"
# True, false, or NULL for a file without a title.
TITLE_FLAGS: Mapping[str, str] = {
    "matched": _IS_TRUE.format(_FILES.format(MATCHED_TITLES)),
    "enriched": _IS_TRUE.format(_FILES.format("SELECT id FROM titles WHERE enriched_at IS NOT NULL")),
}
