"""The program that wrote an NFO file."""

from __future__ import annotations

from indexium_core.files.titles.nfo import probable_writer
from indexium_core.files.titles.nfo_editing import edited, new_file
from indexium_core.model.publishing.nfo_content import NfoContent
from tests.support.cases import each_case

JELLYFIN = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<movie>
  <plot>P</plot>
  <lockdata>false</lockdata>
  <dateadded>2020-01-02 03:04:05</dateadded>
  <title>A</title>
</movie>"""
KODI = """<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<movie>
    <title>A</title>
    <userrating>0</userrating>
    <top250>0</top250>
    <outline></outline>
    <plot>P</plot>
</movie>"""
TINY = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!--created on 2024-01-02 03:04:05 by tinyMediaManager 5.0.1 for KODI-->
<movie>
  <userrating>0</userrating>
  <top250>0</top250>
  <set/>
</movie>"""
RADARR = """<movie>
  <title>A</title>
  <id>tt0133093</id>
  <uniqueid type="imdb" default="true">tt0133093</uniqueid>
  <watched>false</watched>
  <fileinfo><streamdetails><video><scantype>Progressive</scantype></video></streamdetails></fileinfo>
</movie>"""
SONARR_SERIES = """<tvshow>
  <title>A</title>
  <mpaa>TV-14</mpaa>
  <id>81189</id>
  <uniqueid type="tvdb" default="true">81189</uniqueid>
</tvshow>"""
SONARR_EPISODE = '<episodedetails><uniqueid type="sonarr">5</uniqueid><watched>false</watched></episodedetails>'


@each_case(
    ("text", "name"),
    [
        (JELLYFIN, "Jellyfin"),
        (JELLYFIN.replace("<dateadded", "<lockedfields>Name|Cast</lockedfields>\n<dateadded"), "Jellyfin"),
        (KODI, "Kodi"),
        (TINY, "tinyMediaManager"),
        (RADARR, "Radarr"),
        (SONARR_SERIES, "Sonarr"),
        (SONARR_EPISODE, "Sonarr"),
        ("<movie><title>A</title><lockdata>true</lockdata></movie>", ""),
        ("https://www.themoviedb.org/movie/603", ""),
        ("", ""),
    ],
)
def test_writer_by_shape(text: str, name: str) -> None:
    assert probable_writer(text.encode()) == name
    assert probable_writer(text.encode("utf-16")) == name


def test_our_file_is_of_no_program_and_an_edit_keeps_the_sign() -> None:
    content = NfoContent(kind="movie", values={"title": "B", "plot": "Q", "ratings": {"a": 7.0}, "tmdb_id": "603"})
    assert probable_writer(new_file([content])) == ""
    assert probable_writer(edited(JELLYFIN.encode(), [content]).content) == "Jellyfin"
