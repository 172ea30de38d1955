"""The date in the name of a file."""

from __future__ import annotations

import pytest

from indexium_core.store.database import Database


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("2015-02-16 Beach.mp4", "2015-02-16 00:00:00"),
        ("Beach 2015-02-16.mp4", "2015-02-16 00:00:00"),
        ("2015_02_16.avi", "2015-02-16 00:00:00"),
        ("At sea 2015.02.16.mkv", "2015-02-16 00:00:00"),
        ("20150216_Beach.jpg", "2015-02-16 00:00:00"),
        ("IMG-20150216-WA0003.jpg", "2015-02-16 00:00:00"),
        ("IMG_20150216_143012.jpg", "2015-02-16 14:30:12"),
        ("20150216143012.mp4", "2015-02-16 14:30:12"),
        ("2015-02-16 14.30.12.jpg", "2015-02-16 14:30:12"),
        ("VID_20200229_235959.mp4", "2020-02-29 23:59:59"),
    ],
)
def test_name_has_a_date(database: Database, name: str, moment: str) -> None:
    assert database.read().value("SELECT name_time($1)::VARCHAR", [name]) == moment


@pytest.mark.parametrize(
    "name",
    [
        "Beach.mp4",
        "Beach 2015.mp4",
        "2015-02.mp4",
        "2015-02-30.mp4",  # no such day
        "VID_20210229.mp4",
        "2015-13-01.mp4",
        "18991231.mp4",
        "20990101.mp4",  # in the future
        "2015-02_16.mp4",
        "DSC_120150216.jpg",  # part of a longer number
        "201502161.jpg",
        "Film 1920x1080.mp4",
    ],
)
def test_name_without_a_plausible_date_has_none(database: Database, name: str) -> None:
    assert database.read().value("SELECT name_time($1)", [name]) is None
