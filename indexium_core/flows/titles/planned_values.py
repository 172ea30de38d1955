"""The values that titles have for the fields of their files."""

from __future__ import annotations

from collections.abc import Sequence

from indexium_core import errors
from indexium_core.model.titles.fields import planned_fields
from indexium_core.store.connection import Connection
from indexium_core.store.titles import titles as store

_CAST = 10  # names of a cast in one field


def texts(reader: Connection, title_ids: Sequence[int], fields: Sequence[str]) -> dict[int, dict[str, str]]:
    """
    Return the texts for the fields of the main files of titles, by file id; files without any text are left out.

    A file with several episodes has the titles and plots of all; its other values are those of the first one.

    Raises:
        UnknownIdError: There is no such title.
        UsageError: A name of a field is unknown, or none is given.

    """
    wanted = planned_fields(fields)
    unknown = store.unknown(reader, title_ids)
    if unknown:
        raise errors.UnknownIdError(f"There is no title {unknown[0]}.")
    found: dict[int, dict[str, str]] = {}
    for row in store.file_values(reader, title_ids):
        of_file = found.setdefault(row.file_id, {})
        for key, text, between in (
            ("title", row.title, " / "),
            ("description", row.plot, "\n\n"),
            ("date", row.date, ""),
            ("genre", "; ".join(row.genres), ""),
            ("artist", "; ".join(row.cast[:_CAST]), ""),
            ("show", row.series, ""),
            ("season", row.season, ""),
            ("episode", row.episode, ""),
        ):
            if key in wanted and text:
                if key not in of_file:
                    of_file[key] = text
                elif between:
                    of_file[key] += between + text
    return {file_id: of_file for file_id, of_file in found.items() if of_file}
