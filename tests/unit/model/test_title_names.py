"""What one name of a file says: title, year, season and episode, part, role, ids."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import fold_title, read_name, title_without_part
from indexium_core.model.names.numbers import season_of_folder
from tests.support.cases import each_case


@each_case(
    ("name", "episodes"),
    [
        ("Show S01E01E02", (1, 2)),
        ("Show S01E01-E03", (1, 2, 3)),
        ("Show S01E01-03", (1, 2, 3)),
        ("Show.S01E05.E07", (5, 7)),
        ("Show S01E01+02", (1, 2)),
        ("Show.S01E01.S01E02", (1, 2)),
        ("Show 1x01x02", (1, 2)),
        ("Show 1x01-02", (1, 2)),
        ("Show - S01 - E02", (2,)),
        ("Show S01E02 720p", (2,)),
        ("Show S01E9000-E99999", (9000,)),  # no range of so many episodes
    ],
)
def test_several_episodes_of_one_file(name: str, episodes: tuple[int, ...]) -> None:
    found = read_name(name)
    assert (found.season, found.episodes, found.evidence) == (1, episodes, "episode")
    assert found.series_title == "Show"


@each_case(
    ("name", "wanted"),
    [
        ("1917", {"title": "1917"}),
        ("2012 (2009)", {"title": "2012", "year": 2009}),
        ("1917.2019.1080p", {"title": "1917", "year": 2019}),
        ("Blade Runner 2049", {"title": "Blade Runner 2049"}),
        ("Show 1920x1080", {"title": "Show"}),
        ("Film (2000) {tmdb-12} {edition-Final Cut}", {"title": "Film", "ids": {"tmdb": "12"}, "edition": "Final Cut"}),
        ("Film [imdbid-tt0123456]", {"title": "Film", "ids": {"imdb": "tt0123456"}}),
        ("Film (2000) [tmdbid-0]", {"title": "Film", "year": 2000, "ids": {}}),
        ("Film (2000) [tmdbid--1]", {"title": "Film", "year": 2000, "ids": {}}),
        ("Film (2000) [tmdbid-]", {"title": "Film", "year": 2000, "ids": {}}),
        ("Film (2000) [tmdbid-abc]", {"title": "Film", "year": 2000, "ids": {}}),
        ("Film (2000) [tmdbid-12345678901]", {"title": "Film", "year": 2000, "ids": {}}),
        ("Film {imdb-tt0}", {"title": "Film", "ids": {}}),
        ("Film {imdb-tt0000000} {imdb-tt0123456}", {"title": "Film", "ids": {"imdb": "tt0123456"}}),
        ("Film tvdb-0", {"title": "Film", "ids": {}}),
        ("Film [tvmazeid-7]", {"title": "Film", "ids": {"tvmaze": "7"}}),
        ("Film (2000)-trailer", {"title": "Film", "role": "trailer"}),
        ("Film (2000) CD2", {"title": "Film", "part": 2, "is_disc_part": True}),
        ("Film Part II (2000)", {"title": "Film Part II", "part": 2}),
        ("VID_20190731_183000", {"is_camera": True}),
        ("Show [November 19, 2023]", {"series_title": "Show", "aired": "2023-11-19"}),
        ("Show [20230519] [1080p]", {"series_title": "Show", "aired": "2023-05-19"}),
        ("[2012.08.25] Show", {"aired": "2012-08-25", "episode_title": "Show"}),
        ("[BD][720p][Group] Show - 17", {"series_title": "Show", "episodes": (17,)}),
        ("【Group】【进击的巨人】【第05话】【720P】", {"series_title": "进击的巨人", "episodes": (5,)}),
        ("Show 12. Bölüm - 14 Mayıs 2023", {"series_title": "Show", "episodes": (12,), "dated": "2023-05-14"}),
        ("Cobra 11 Staffel 20 Folge 4", {"series_title": "Cobra 11", "season": 20, "episodes": (4,)}),
        ("Show 3 сезон 5 серия", {"series_title": "Show", "season": 3, "episodes": (5,)}),
        ("Show Series 3 Episodes 1 and 2", {"series_title": "Show", "season": 3, "episodes": (1, 2)}),
        ("Show - 2019-04-20", {"series_title": "Show", "aired": "2019-04-20"}),
        ("2019-04-20 Picnic", {"is_date_first": True, "episode_title": "Picnic"}),
        ("Show 2019-13-45", {"aired": ""}),
        ("Film.German.2008.720p", {"title": "Film", "year": 2008, "language": ""}),
        ("Film.2008.German.720p", {"title": "Film", "language": "de"}),
        ("The Office (US) S01E01", {"series_title": "The Office", "country": "US"}),
        ("Matrix, The", {"title": "The Matrix"}),
        ("Hobbit, The - An Unexpected Journey (2012)", {"title": "The Hobbit - An Unexpected Journey", "year": 2012}),
        ("Начало _ Inception (2010)", {"title": "Начало", "year": 2010}),
        ("Grandfather (1944, Actor Name)", {"title": "Grandfather", "year": 1944}),
        ("Ocean.s.Eleven.2001.1080p", {"title": "Ocean's Eleven", "year": 2001}),
        ("Anatomie.d.une.chute.2023.1080p", {"title": "Anatomie d'une chute", "year": 2023}),
        ("Sample.People.2000.DVDRip", {"title": "Sample People", "role": "main"}),
        ("Film - Official Trailer 2 (2022) [1080p]", {"title": "Film", "year": 2022, "role": "trailer"}),
        ("Trailer Park 2010", {"title": "Trailer Park", "role": "main"}),
        ("Film.1996.Extras.The.Place.720p.BluRay", {"title": "Film", "year": 1996, "role": "extra"}),
        ("Extras S01E02", {"series_title": "Extras", "role": "main"}),
        ("[Fans] Show 100 [05][1080p]", {"series_title": "Show 100", "episodes": (5,), "evidence": "group"}),
        ("[Fans]_Show_142-143_[480p]", {"series_title": "Show", "episodes": (142, 143), "season": None}),
        ("[Fans] Show - 05 v2 [F2C9454F]", {"series_title": "Show", "episodes": (5,), "evidence": "group"}),
        ("Show - Livre II - 05 - Heat", {"series_title": "Show", "season": 2, "episodes": (5,)}),
        ("Show - Session 05 - Ballad", {"series_title": "Show", "episodes": (5,), "evidence": "word"}),
        ("Show 0517 - A Chapter", {"series_title": "Show", "episodes": (517,), "season": None}),
        ("Show - Folge 12 - Name (2016)", {"series_title": "Show", "year": None, "is_year_marked": False}),
        ("Show - S08E12 - May 16, 2021", {"series_title": "Show", "episodes": (12,), "year": None}),
        ("Show - Temporada 3 [HDTV][Cap.305]", {"series_title": "Show", "season": 3, "episodes": (5,)}),
        ("Show.1990.Part.1.The.Cause.DVDRip", {"part": 1, "part_head": "Show", "part_title": "The Cause"}),
        ("GMT20200513-150002_Recording_1920x1080", {"is_camera": True}),
        ("dashcam_20210914_081502_front", {"is_camera": True}),
        (
            "Show__Name_14.10.12_20-15_ard_90_TVOON_DE.mpg.HQ",
            {"series_title": "Show", "aired": "2014-10-12", "episode_title": "Name"},
        ),
        ("Show_S02E03_11.04.18_20-15_sat1_60_TVOON_DE.mpg", {"series_title": "Show", "season": 2, "episodes": (3,)}),
        (
            "Show_Series_5_-_01._The_Start_b00rs69g_default",
            {"series_title": "Show", "season": 5, "episodes": (1,), "episode_title": "The Start"},
        ),
        ("Show_-_The_Name_b08k4m6z_default", {"series_title": "Show", "episode_title": "The Name"}),
        ("A_Film_b00785sl_default", {"title": "A Film", "evidence": ""}),
        ("Show_KABCDT_2010_05_23_20_58_00", {"series_title": "Show", "aired": "2010-05-23"}),
        ("Show - ''Name'' (Recorded Nov 13, 2019, WGBHDT)", {"series_title": "Show", "episode_title": "Name"}),
        ("Film (1954) 2020-08-13-2000", {"title": "Film", "year": 1954, "evidence": ""}),
        ("Show - S40E14 - 2020-05-13 - Name", {"season": 40, "episodes": (14,), "dated": "2020-05-13", "aired": ""}),
        ("Show.E16.END.160312.HDTV", {"episodes": (16,), "dated": "2016-03-12"}),
        ("Serial 4 - Puntata 3", {"episodes": (3,), "evidence": "word"}),
        ("Film (Extended) CD1", {"title": "Film", "part": 1}),
        ("Film - TS - ITA", {"title": "Film"}),
        ("Film (Other Name) 2000", {"title": "Film", "year": 2000}),
        ("Film or (A Longer Name) (2014)", {"title": "Film or (A Longer Name)", "year": 2014}),
        ("Film 1962 (public domain)", {"title": "Film", "year": 1962}),
        ("Show - Livre III - S03E45", {"series_title": "Show", "season": 3, "episodes": (45,)}),
        ("Show 45.Bolum", {"series_title": "Show", "episodes": (45,), "evidence": "word"}),
        ("[S01E05] Show - Name", {"series_title": "Show", "season": 1, "episodes": (5,), "episode_title": "Name"}),
        ("Show.T2.Capitulo.05", {"series_title": "Show", "season": 2, "episodes": (5,)}),
        ("孤独のグルメ Season8 第3話", {"series_title": "孤独のグルメ", "season": 8, "episodes": (3,)}),
        ("사랑의 불시착 제9회", {"series_title": "사랑의 불시착", "episodes": (9,)}),
        ("让子弹飞.Let.the.Bullets.Fly.2010.BluRay", {"title": "让子弹飞", "year": 2010}),
        ("進撃の巨人 OVA", {"title": "進撃の巨人 OVA"}),
        ("Space.1999.S01E01", {"series_title": "Space 1999", "year": None}),
        ("Battlestar.Galactica.2003.S01E01", {"series_title": "Battlestar Galactica", "year": 2003}),
        ("trailer - Film", {"title": "Film", "role": "trailer"}),
        ("signal-2020-05-11-192231", {"is_camera": True}),
        ("Signal.E16.720p", {"is_camera": False, "episodes": (16,)}),
        ("Long_Film_11.10.03_20-15_ard_130_TVOON_DE.mpg.HQ", {"title": "Long Film", "evidence": ""}),
    ],
)
def test_parts_of_name(name: str, wanted: dict[str, Any]) -> None:
    found = read_name(name)
    assert {key: getattr(found, key) for key in wanted} == wanted


@each_case(
    ("name", "title", "aired"),
    [
        ("Thalassa - 1er février 2013", "Thalassa", "2013-02-01"),
        ("El Hormiguero - 15 de enero de 2020", "El Hormiguero", "2020-01-15"),
        ("Kuba Wojewódzki 14 stycznia 2020", "Kuba Wojewódzki", "2020-01-14"),
        ("Híradó 2020. január 15", "Híradó", "2020-01-15"),
        ("Beyaz Show 17 Ocak 2020", "Beyaz Show", "2020-01-17"),
        ("Haberler 5 KASIM 2019", "Haberler", "2019-11-05"),
        ("Haberler 5 NİSAN 2019", "Haberler", "2019-04-05"),
        ("Вечер от 17 января 2020", "Вечер", "2020-01-17"),
        ("報道ステーション 2020年1月15日", "報道ステーション", "2020-01-15"),
        ("Newshour 15JAN2020", "Newshour", "2020-01-15"),
        ("Charlie Rose 2012-Mar-14", "Charlie Rose", "2012-03-14"),
        ("Show - Sunday 19 January 2020", "Show", "2020-01-19"),
        ("Show - Fri 17 Jan 2020", "Show", "2020-01-17"),
        ("Show du lundi 13 janvier 2020", "Show", "2020-01-13"),
        ("quer - Sendung vom 09.01.2020", "quer", "2020-01-09"),
        ("Yle Uutiset 15.1.2020", "Yle Uutiset", "2020-01-15"),
        ("Show 1-19-2020", "Show", "2020-01-19"),
        ("The Show (01.14.20)", "The Show", "2020-01-14"),
        ("Show vom 12.01.20", "Show", "2020-01-12"),
        ("Show {2019-12-19}", "Show", "2019-12-19"),
        ("20200117 2228 - ZDF HD - heute-show", "heute-show", "2020-01-17"),
        ("Panorama2020-01-1621-45", "Panorama", "2020-01-16"),
        ("Quarks-Sport_-20200114", "Quarks", "2020-01-14"),
        ("heute-show - ZDF HD - 2020-02-07 22_30", "heute-show", "2020-02-07"),
        ("Top Gear_BBC TWO HD_2011_07_31_20_00_00", "Top Gear", "2011-07-31"),
        ("Nightline_WABC_03_14_2008_23_35_00", "Nightline", "2008-03-14"),
        ("September.5.2024.1080p.WEB.H264-GRP", "September 5", ""),
    ],
)
def test_date_of_episode(name: str, title: str, aired: str) -> None:
    found = read_name(name)
    assert (found.series_title, found.aired) == (title, aired)


@each_case(
    ("name", "edition"),
    [
        ("Terminator.2.1991.Skynet.Edition.1080p.BluRay", "Skynet Edition"),
        ("Gladiator (2000) - Version cinéma", "Version cinéma"),
        ("El Señor (2001) [Versión Extendida]", "Versión Extendida"),
        ("Obcy (1979) wersja reżyserska", "wersja reżyserska"),
        ("Чужой (1979) Режиссёрская версия", "Режиссёрская версия"),
        ("指环王.2001.加长版.1080p.BluRay", "加长版"),
        ("Film (2000) [Deutsche Fassung]", ""),
        ("Film (2000) - Version française", ""),
        ("Film (2000) [国语版]", ""),
        ("The.Darjeeling.Limited.2007.1080p.BluRay", ""),
        ("South.Park.Bigger.Longer.and.Uncut.1999.1080p", ""),
        ("Uncut Gems (2019)", ""),
    ],
)
def test_edition(name: str, edition: str) -> None:
    assert read_name(name).edition == edition


@each_case(
    ("folder", "season"),
    [
        ("Season 1", (1, "")),
        ("S02", (2, "")),
        ("2. Staffel", (2, "")),
        ("Saison 3", (3, "")),
        ("Temporada 4", (4, "")),
        ("Сезон 5", (5, "")),
        ("第6季", (6, "")),
        ("Specials", (0, "")),
        ("Season 0", (0, "")),
        ("Show.S03.1080p.BluRay", (3, "Show")),
        ("Show Season 2", (2, "Show")),
        ("Seasons of Love", None),
        ("Episode SİX", None),
        ("Show", None),
    ],
)
def test_season_of_folder(folder: str, season: tuple[int, str] | None) -> None:
    assert season_of_folder(folder) == season


def test_titles_with_one_spelling_have_one_key() -> None:
    assert (
        len(
            {
                fold_title(each)
                for each in ("Léon: the Professional", "leon - The  Professional", "LEON THE PROFESSIONAL")
            }
        )
        == 1
    )
    assert fold_title("M*A*S*H") != fold_title("Cash")
    assert fold_title("???")  # a title of signs has a key as well
    assert title_without_part("Heat Part 2") == "Heat"


@given(st.text(max_size=120))
def test_every_text_has_parts(text: str) -> None:
    found = read_name(text)
    assert NameParts.from_plain(found.plain()) == found
