"""The series with gaps: the list finds them in SQL, the page of a series in Python."""

from __future__ import annotations

import random

from indexium_core.model.titles.titles import gaps_of
from indexium_core.store.database import Database
from indexium_core.store.titles import title_facets
from indexium_core.store.titles import titles as store
from tests.support import catalog
from tests.support.catalog import NOW

SERIES = 400


def test_both_find_the_same_series(database: Database) -> None:
    catalog.store(database, [catalog.scanned("present.mp4"), catalog.scanned("missing.mp4")])
    files = catalog.ids(database)
    choice = random.Random(1)
    rows, links = [], []
    for number in range(1, SERIES + 1):
        is_absolute, first = choice.random() < 0.3, choice.choice((1, 1, 1, 0, 3, 1999))
        for _ in range(choice.randrange(7)):
            episode = len(rows) + SERIES + 1
            place = (
                choice.choice((first, first, first + 1, first + 2, 0, None)),
                choice.choice((1, 1, 2, 2, 3, 4, None)),
            )
            rows.append((episode, number, *place, place[1] if is_absolute else None))
            role = choice.choice(("main", "main", "main", "main", "main", "extra"))
            owners = choice.choice((["present"], ["present"], ["present"], ["present", "missing"], ["missing"], []))
            links += [(files[f"{name}.mp4"], episode, role) for name in owners]
    with database.atomic() as tx:
        tx.execute("UPDATE scanned_files SET state = 'missing' WHERE file_id = $1", [files["missing.mp4"]])
        tx.execute(
            "INSERT INTO series BY NAME SELECT id, 1 AS library_id, '' AS name_key, $2 AS created_at, $2 AS updated_at "
            "FROM range(1, $1 + 1) AS ids (id)",
            [SERIES, NOW],
        )
        tx.execute(
            "INSERT INTO episodes BY NAME SELECT r[1] AS id, r[2] AS series_id, r[3] AS season, r[4] AS episode, "
            "r[5] AS absolute, 1 AS library_id, '' AS name_key, $2 AS created_at, $2 AS updated_at "
            "FROM (SELECT unnest($1::INTEGER[][]) AS r)",
            [[list(row) for row in rows], NOW],
        )
        for link in links:
            tx.execute("INSERT INTO title_files VALUES ($1, 'episode', $2, NULL, $3, '')", list(link))

    with_gaps = {number for number, each in store.episodes(database.read()).items() if gaps_of(each)}

    assert 40 < len(with_gaps) < SERIES - 40
    assert set(title_facets.incomplete(database.read())) == with_gaps
    some = [number for number in range(1, SERIES) if number % 3 == 0]
    assert set(title_facets.incomplete(database.read(), some)) == with_gaps & set(some)
