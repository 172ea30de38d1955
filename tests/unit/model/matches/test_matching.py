"""The score of a match: worked examples, properties, and the decision without a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.lookups.candidates import Candidate, ContentType, MatchDecision, SearchQuery
from indexium_core.model.matches.matching import ContentMatcher
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles import title_text

MATCHER = ContentMatcher()
words = st.text(alphabet="abcdeé ж的-'&.", max_size=20)
years = st.none() | st.integers(1900, 2030)


def film(title: str, year: int | None = 2020, *, ident: str = "1", **more: object) -> Candidate:
    values: dict[str, object] = {"provider": "tmdb", "content_type": "movie"} | more
    return Candidate(external_id=ident, title=title, year=year, **values)  # type: ignore[arg-type]


def decide(query: SearchQuery, *candidates: Candidate) -> MatchDecision:
    return MATCHER.decide(candidates, query)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("The.Movie.2020.1080p.BluRay.x264", "The Movie 2020"),
        ("Some_Film-DVDRip[XviD]", "Some Film"),
        ("Alpha (Director's Cut) {4K}", "Alpha"),
        ("Show.Name.720p.WEB-DL.H.264", "Show Name"),
        ("HD", "HD"),
        ("  ", ""),
    ],
)
def test_title_is_cleaned(name: str, title: str) -> None:
    assert MATCHER.clean_title(name) == title


@pytest.mark.parametrize(
    ("first", "second", "similarity"),
    [
        ("The Movie", "the.movie", 1.0),
        ("Mission: Impossible", "Mission Impossible", 1.0),
        ("Ocean's Eleven", "Oceans Eleven", 1.0),
        ("Fast & Furious", "Fast and Furious", 1.0),
        ("Амели", "Ameli", 1.0),
        ("Amélie", "Amelie", 1.0),
        ("The Office", "Office", 1.0),  # equal words without stop words
        ("New York, New York", "New York", 0.5),
        ("The And", "And", 0.5),  # stop words count where there are only stop words
        ("The", "Of", 0.0),
        ("The", "The Office", 0.3),  # stop words do not count where one title has another word
        ("kitten", "sitting", 1 - 3 / 7),
        ("", "", 0.0),
    ],
)
def test_similarity_of_titles(first: str, second: str, similarity: float) -> None:
    assert MATCHER.calculate_title_similarity(first, second) == pytest.approx(similarity)


@pytest.mark.parametrize(
    ("query", "candidate", "score"),
    [
        (SearchQuery("The Movie", 2020), film("The Movie", popularity=50), 0.95),
        (SearchQuery("The Movie", 2020), film("The Movie", 2021), 0.8),
        (SearchQuery("The Movie", 2020), film("The Movie", 2018), 0.7),
        (SearchQuery("The Movie", 2020), film("The Movie", 2010), 0.6),
        (SearchQuery("The Movie", 2020), film("The Movie", None, popularity=1e9), 0.7),
        (SearchQuery("The Movie"), film("The Movie", popularity=10), round(0.61 / 0.7, 4)),
        (SearchQuery("kitten", 2020), film("sitting"), round(0.6 * 4 / 7 + 0.3, 4)),
        (SearchQuery("The Movie", 2020, runtime_minutes=130), film("The Movie", runtime_minutes=100), 0.8),
        (SearchQuery("The Movie", 2020, runtime_minutes=120), film("The Movie", runtime_minutes=100), 0.9),
        (SearchQuery("The Movie", 2020, runtime_minutes=124), film("The Movie", runtime_minutes=100), 0.8),
        (SearchQuery("The Movie", 2015), film("The Movie", 2014, popularity=42.5), 0.8425),  # docs/matching.md
        (SearchQuery("The Movie"), film("The Movie", 2014, popularity=42.5), 0.9179),
        (SearchQuery("The Movie"), film("The Movie", 1961, popularity=3.1), 0.8616),
        (SearchQuery("Der Film", 2020), film("The Film", alternative_titles=("Der Film",)), 0.9),
        (SearchQuery("Sen to Chihiro", 2020), film("Spirited", original_title="Sen to Chihiro"), 0.9),
        (SearchQuery("x", 2020), film("The Movie", popularity=float("nan")), 0.3),
        (SearchQuery("x", 2020), film("The Movie", popularity=-5), 0.3),
    ],
)
def test_score_has_parts_of_specification(query: SearchQuery, candidate: Candidate, score: float) -> None:
    scored = MATCHER.score(candidate, query)

    assert scored.score == pytest.approx(score)
    assert sum(reason.points for reason in scored.reasons) == pytest.approx(scored.score, abs=1e-4)


def test_reasons_have_words_and_numbers() -> None:
    scored = MATCHER.score(film("The Movie", 2021, popularity=42), SearchQuery("The Movie", 2020, runtime_minutes=60))

    assert [(reason.code, reason.text) for reason in scored.reasons] == [
        ("title", "The title “The Movie” equals “The Movie”: 1.00 × 0.6"),
        ("year", "The year 2020 is not 2021"),
        ("popularity", "The popularity 42.0 / 1,000, at most 0.1"),
    ]


@pytest.mark.parametrize(
    ("name", "seconds", "kind"),
    [
        ("Show.S01E02.mkv", None, "tv"),
        ("Show 1x02.avi", 8000, "tv"),
        ("Show season 2", 0, "tv"),
        ("Film.1920x1080.mkv", 100, "unknown"),
        ("Film.x264.mkv", 3000, "movie"),
        ("Film.BluRay.mkv", 3700, "movie"),
        ("clip.mp4", 2400, "unknown"),
    ],
)
def test_type_is_detected(name: str, seconds: float | None, kind: str) -> None:
    assert MATCHER.detect_content_type(name, seconds) == kind


def test_title_reason_names_the_relation() -> None:
    texts = [
        MATCHER.score(film(name), SearchQuery("The Movie", 2020)).reasons[0].text
        for name in ("The movie!", "Movie", "A Movie", "The Movies")
    ]

    assert texts == [
        "The title “The Movie” equals “The movie!”: 1.00 × 0.6",
        "The title “The Movie” equals “Movie” apart from article and spaces: 1.00 × 0.6",
        "The title “The Movie” has the words of “A Movie”: 1.00 × 0.6",
        "The title “The Movie” is similar to “The Movies”: 0.90 × 0.6",
    ]


# The decision.


NO_SIGN = ("year", "runtime", "id", "cast")  # what is missing of a film without a year


@pytest.mark.parametrize(
    ("query", "candidates", "accepted", "missing"),
    [
        # With a year.
        (("The Movie", 2020), [("The Movie", 2020), ("The Other", 2020)], 1, ()),
        (("The Movie", 2020), [("The Movie", 2020), ("The Movie", 2021, None, 99)], 1, ()),
        (("The Movie", 2020), [("The Movie", 2021, None, 99)], 0, ("year", "runtime", "id")),
        (("The Movie", 2020, 100), [("The Movie", 2021, 103)], 1, ()),
        (("The Movie", 2020, 100), [("The Movie", 2021, 104)], 0, ("year", "runtime", "id")),
        (("The Movie", 2020, 100), [("The Movie", 2021, 100), ("The Movie", 2019, 101)], 0, ("year", "runtime", "id")),
        (("The Movie", 2020, 100), [("The Movie", 2018, 100)], 0, ("year", "id")),
        (("The Movie", 2020, 100), [("The Movie", None, 100)], 0, ("year", "id")),
        (("The Movie", 2020, 100), [("The Movies", 2020, 100, 99)], 0, ("title", "id")),
        (("The Movie", 2020, 121), [("The Movie", 2020, 100, 99)], 0, ("runtime", "id")),
        (("The Movie", 2020), [("The Movie", 2020), ("The Movie", 2020, None, 99)], 0, NO_SIGN[1:]),
        (("The Movie", 2020, 100), [("The Movie", 2020, 120, 99), ("The Movie", 2020, 101)], 2, ()),
        (("The Movie", 2020, 100), [("The Movie", 2020, 100, 99), ("The Movie", 2020, 101)], 0, NO_SIGN[1:]),
        # Without a year.
        (("The Movie",), [("The Movie", 2020), ("The Movies", 2021, None, 99)], 1, ()),
        (("The Movie",), [("Movie, The", 2020)], 1, ()),
        (("The Movie",), [("The Movie", None)], 0, NO_SIGN),
        (("The Movie",), [("The Movie", 2020, None, 99), ("Movie", 2001)], 0, NO_SIGN),
        (("The Movie", None, 100), [("The Movie", 2020, 130, 99), ("The Movie", 2001, 105)], 2, ()),
        (("The Movie", None, 100), [("The Movie", 2020, 106, 99), ("The Movie", 2001)], 0, NO_SIGN),
        (("The Movie", None, 100), [("The Movie", 2020, None, 99)], 1, ()),
        (("The Movie", None, 100), [("The Movie", 2020, 106, 99)], 0, NO_SIGN),
        (("The Movie", None, 100), [("The Movie", 2000 + each, 100 + each) for each in range(0, 60, 10)], 0,
         NO_SIGN),
        (("The Road", None, 111), [("On the Road", 2012, 111, 99)], 0, ("title", "id")),
        (("Texas Paris", None, 111), [("Paris, Texas", 1984, 111, 99)], 0, ("title", "id")),
        (("A Guest",), [("The Guest", 2014)], 0, ("title", "id")),
    ],
)  # fmt: skip
def test_rules_of_acceptance(
    query: tuple[object, ...],
    candidates: list[tuple[object, ...]],
    accepted: int,
    missing: tuple[str, ...],
) -> None:
    """A query has title, year, runtime; a candidate also its popularity. The number is that of the accepted one."""
    title, year, runtime = [*query, None, None][:3]
    offered = []
    for number, facts in enumerate(candidates, 1):
        name, date, minutes, popularity = [*facts, *(None, None, None, 5.0)[len(facts) :]]
        offered.append(film(name, date, ident=str(number), runtime_minutes=minutes, popularity=popularity))  # type: ignore[arg-type]
    decision = decide(SearchQuery(title, year, "movie", runtime_minutes=runtime), *offered)  # type: ignore[arg-type]

    found = int(decision.accepted.candidate.external_id) if decision.accepted else 0
    assert (found, decision.missing) == (accepted, missing), decision.explanation


def test_other_title_with_the_name_is_not_ruled_out_before_every_provider_has_answered() -> None:
    query, candidates = SearchQuery("The Movie", None, "movie"), [film("The Movie")]
    assert MATCHER.decide(candidates, query).accepted
    early = MATCHER.decide(candidates, query, is_complete=False)
    assert (early.accepted, early.missing) == (None, ("runtime", "id", "cast", "answers"))
    known = SearchQuery("The Movie", None, "movie", runtime_minutes=100)
    assert MATCHER.decide([film("The Movie", runtime_minutes=100)], known, is_complete=False).accepted


@pytest.mark.parametrize(
    ("people", "is_accepted", "code"),
    [
        (("ada QUILL",), True, "same_cast"),
        (("Ada",), False, ""),
        (("Ada", "Tom"), True, "same_cast"),
        (("Eva Noll", "Jan Thiel"), False, "cast"),
        ((), False, ""),
    ],
)
def test_cast_confirms_a_title_without_a_year(people: tuple[str, ...], is_accepted: bool, code: str) -> None:
    candidates = [
        film("The Movie", 2001, cast=("Ada Quill", "Ada", "Tom"), popularity=1.0),
        film("The Movie", ident="2"),
    ]
    decision = decide(SearchQuery("The Movie", None, "movie", people=people), *candidates)

    assert (decision.accepted is not None) == is_accepted
    assert not is_accepted or decision.accepted.candidate.external_id == "1"  # type: ignore[union-attr]
    codes = next(each for each in decision.candidates if each.candidate.external_id == "1").codes
    assert codes & {"cast", "same_cast"} == ({code} if code else set())


@pytest.mark.parametrize(
    ("first", "second", "language", "is_equal"),
    [
        ("The Matrix", "Matrix, The", "en", True),
        ("avventura", "L’avventura", "it", True),
        ("L avventura", "L'avventura", "it", True),
        ("Grosse Verhaue, Der", "Der große Verhau", "de", False),
        ("Der Laternenwaerter", "Laternenwärter", "de", True),
        ("Hard", "Die Hard", "en", False),
        ("Hard", "Die Hard", "de", True),
        ("Hard", "Die Hard", "", False),
        ("Skyfall", "El Skyfall", "pt", False),
        ("Skyfall", "El Skyfall", "", True),
        ("The Movie", "A Movie", "en", False),
        ("Alien 3", "Alien³", "en", True),
        ("Spiderman", "Spider-Man", "en", True),
        ("On the Road", "The Road", "en", False),
    ],
)
def test_equal_titles(first: str, second: str, language: str, *, is_equal: bool) -> None:
    assert title_text.is_exact(first, second, language) == is_equal
    assert title_text.is_exact(second, first, language) == is_equal


@pytest.mark.parametrize(
    ("year", "others", "is_accepted"),
    [(2003, ("Johnny English",), False), (2003, (), True), (2004, ("Johnny English",), True)],
    ids=["both are titles", "one reading", "the other one has another year"],
)
def test_name_that_two_readers_read_differently_is_a_question(
    year: int, others: tuple[str, ...], *, is_accepted: bool
) -> None:
    query = SearchQuery("Johnny", year, "movie", other_titles=others)
    found = decide(query, film("Johnny", year), film("Johnny English", 2003, ident="2"))
    assert (found.accepted is not None) is is_accepted
    assert is_accepted or "can be read as “Johnny” and as “Johnny English”" in found.explanation


def test_second_title_confirms_a_title_without_a_year() -> None:
    candidates = [film("The Movie", original_title="Der Film", popularity=1.0), film("The Movie", 1961, ident="2")]
    query = SearchQuery("The Movie", None, "movie", original_title="Film, Der")
    assert decide(query, *candidates).accepted
    assert not decide(SearchQuery("The Movie", None, "movie", original_title="The Movie"), *candidates).accepted


def test_namesakes_without_year_are_question() -> None:
    decision = decide(
        SearchQuery("The Office", content_type="tv"),
        film("The Office", 2005, content_type="tv", popularity=90),
        film("The Office", 2001, content_type="tv", popularity=40, ident="2"),
    )

    assert decision.accepted is None
    text = "The name has no year, and no number of episodes, id or cast confirms it. 2 titles have this name."
    assert (decision.explanation, decision.missing) == (text, ("year", "seasons", "id", "cast"))
    assert decision.candidates[1].reasons[-1].text == "1 other title has this name"


def test_same_title_of_two_providers_is_no_rival() -> None:
    query = SearchQuery("The Movie", 2020)
    other = film("The Movie!", ident="99", provider="omdb")

    assert decide(query, film("The Movie", popularity=5), other).accepted
    linked = film("Movie", 2021, ident="99", provider="omdb", external_ids={"tmdb": "1"})
    assert decide(query, film("The Movie"), linked).accepted
    assert not decide(query, film("The Movie"), film("The Movie", ident="2")).accepted
    ambiguous = decide(query, film("The Movie", popularity=5), other, film("The Movie", ident="2", popularity=4))
    assert not ambiguous.accepted, "the title of the other provider may be either of them"
    distinct = decide(query, other, film("The Movie"), linked, film("The Movie", ident="2", popularity=-1)).titles
    assert [each.candidate.external_id for each in distinct] == ["99", "2"]


def test_hit_without_similarity_is_no_match() -> None:
    query = SearchQuery("Completely Different", 2020)

    assert MATCHER.select_best_match([film("xyz")], query) is None
    assert MATCHER.select_best_match([], query) is None
    decision = decide(query, film("xyz"))
    assert (decision.accepted, decision.explanation) == (None, "No provider has a title that is similar enough.")


def test_type_and_language_filter_candidates() -> None:
    german = film("Film", original_language="de")
    english = film("Film", original_language="en", ident="2")
    series = film("Film", content_type="tv", ident="3")
    query = SearchQuery("Film", 2020, "movie", original_language="de")

    assert [each.candidate for each in MATCHER.rank([german, english, series], query)] == [german]
    assert [each.candidate for each in MATCHER.rank([english], query)] == [english]


@pytest.mark.parametrize(
    ("country", "found"),
    [
        ("UK", ["2", "4"]),  # a series without a known country may be the right one
        ("gb", ["2", "4"]),
        ("USA", ["1", "3", "4"]),
        ("NZ", ["1", "2", "3", "4"]),  # no series has this country
        ("", ["1", "2", "3", "4"]),
    ],
)
def test_country_of_a_series_filters_candidates(country: str, found: list[str]) -> None:
    series = [
        film("The Office", content_type="tv", countries=("US",)),
        film("The Office", content_type="tv", countries=("GB", "IE"), ident="2"),
        film("The Office (US)", content_type="tv", ident="3"),
        film("The Office", content_type="tv", ident="4"),
    ]

    ranked = MATCHER.rank(series, SearchQuery("The Office", 2020, "tv", country=country))

    assert sorted(each.candidate.external_id for each in ranked) == found


@pytest.mark.parametrize("title", ["The Office (US)", "The Office (2005)"])
def test_addition_of_a_provider_makes_no_other_title(title: str) -> None:
    assert MATCHER.score(film(title), SearchQuery("The Office")).reasons[0].points == 0.6


# External ids.


def test_external_id_makes_score_one() -> None:
    query = SearchQuery("Nonsense", 1950, external_ids=(ExternalId("imdb", "tt0000001"),))
    decision = decide(query, film("The Movie", external_ids={"imdb": "tt0000001"}), film("Nonsense", 1950, ident="2"))

    assert decision.accepted is not None
    assert decision.accepted.score == 1
    assert decision.accepted.reasons[0].text == "The file has its id IMDb tt0000001"


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ((("tmdb", "1"), ("tmdb", "2")), "The file has two ids: TMDB 1 and TMDB 2."),
        ((("tmdb", "1"), ("imdb", "tt2")), "The file has the id IMDb tt2, but “A” has tt1."),
        ((("tmdb", "1"), ("tmdb", "1")), ""),
    ],
)
def test_conflicting_ids_are_question(ids: tuple[tuple[str, str], ...], sentence: str) -> None:
    query = SearchQuery("A", 2020, external_ids=tuple(ExternalId(*each) for each in ids))
    decision = decide(query, film("A", external_ids={"imdb": "tt1"}))

    assert (decision.accepted is None) == bool(sentence)
    if sentence:
        assert decision.explanation == sentence


def test_ids_of_different_titles_are_question() -> None:
    query = SearchQuery("A", 2020, external_ids=(ExternalId("tmdb", "1"), ExternalId("imdb", "tt2")))
    decision = decide(query, film("A"), film("B", ident="2", external_ids={"imdb": "tt2"}))

    assert decision.accepted is None
    assert "belong to different titles" in decision.explanation


def test_other_id_of_candidate_is_question() -> None:
    query = SearchQuery("A", 2020, external_ids=(ExternalId("tmdb", "7"),))

    assert decide(query, film("A")).explanation == "The file has the id TMDB 7, but “A” has 1."


@pytest.mark.parametrize(("provider", "is_same"), [("tmdb", False), ("tvdb", False), ("imdb", True)])
def test_ids_of_films_and_series_differ_except_those_of_imdb(provider: str, is_same: bool) -> None:
    movie = film("A", external_ids={provider: "603"})
    series = film("B", content_type="tv", provider="omdb", ident="x", external_ids={provider: "603"})

    assert (len(decide(SearchQuery("A", 2020), movie, series).titles) == 1) == is_same


# Properties.


@given(words, words)
def test_similarity_is_symmetric_and_in_range(first: str, second: str) -> None:
    value = MATCHER.calculate_title_similarity(first, second)

    assert 0 <= value <= 1
    assert value == MATCHER.calculate_title_similarity(second, first)


@given(words, years, words, years, st.floats(), st.none() | st.floats(0, 500), st.none() | st.floats(0, 500))
def test_score_is_in_range(
    title: str, year: int | None, other: str, other_year: int | None, popularity: float, runtime: float, own: float
) -> None:
    candidate = film(other, other_year, popularity=popularity, runtime_minutes=runtime)
    scored = MATCHER.score(candidate, SearchQuery(title, year, runtime_minutes=own))

    assert 0 <= scored.score <= 1


@given(words, words, st.integers(0, 5), st.integers(0, 5), st.floats(0, 300), st.floats(0, 300))
def test_score_is_monotone(title: str, other: str, near: int, far: int, low: float, high: float) -> None:
    """A nearer year, a higher popularity and a more similar title never lower the score."""
    near, far = sorted((near, far))
    low, high = sorted((low, high))
    query = SearchQuery(title, 2000)

    def score(name: str, difference: int, popularity: float) -> float:
        return MATCHER.calculate_match_score(film(name, 2000 + difference, popularity=popularity), query)

    assert score(other, near, low) >= score(other, far, low)
    assert score(other, far, high) >= score(other, far, low)
    assert score(title or "x", far, low) >= score(other, far, low) or not title.strip()


@given(st.lists(st.tuples(words, years), max_size=6), words, years, st.sampled_from(["movie", "tv", "unknown"]))
def test_decision_holds_for_any_candidates(
    found: list[tuple[str, int | None]], title: str, year: int | None, kind: ContentType
) -> None:
    candidates = [film(name, date, ident=str(number)) for number, (name, date) in enumerate(found)]
    decision = decide(SearchQuery(title, year, kind), *candidates)

    scores = [each.score for each in decision.candidates]
    assert scores == sorted(scores, reverse=True)
    assert (decision.accepted is None) or not decision.missing
    if decision.accepted and year is not None:
        assert decision.accepted.candidate.year == year


def series(sizes: tuple[int, ...], *, ident: str = "1", **more: object) -> Candidate:
    seasons = tuple(enumerate(sizes, 1))
    return film("The Long Road", 2004, ident=ident, content_type="tv", season_sizes=seasons, **more)


@pytest.mark.parametrize(
    ("sizes", "last", "sentence"),
    [
        ((10, 10), ((1, 10), (2, 10)), ""),
        ((10, 10), ((2, 12),), ""),  # a long episode in two parts, twice
        ((10, 10), ((2, 13),), "The files have episode 13 of season 2, but “The Long Road (2004)” has 10 episodes."),
        ((10, 10), ((3, 1),), "The files have season 3, but “The Long Road (2004)” has 2."),
        ((10, 10), ((1, 20),), ""),  # numbered through all seasons
        ((10, 10), ((1, 23),), "The files have episode 23 of season 1, but “The Long Road (2004)” has 20 episodes."),
        ((10, 10), ((None, 20),), ""),
        ((10, 10), ((None, 23),), "The files have episode 23, but “The Long Road (2004)” has 20 episodes."),
        ((0, 0), ((2, 40),), ""),  # the provider does not say how many episodes
        ((0, 0), ((3, 1),), "The files have season 3, but “The Long Road (2004)” has 2."),
        ((), ((9, 99),), ""),
        ((1, 1), ((2, 2),), "The files have episode 2 of season 2, but “The Long Road (2004)” has 1 episode."),
    ],
)
def test_series_that_lacks_episodes_of_the_files_is_a_question(
    sizes: tuple[int, ...], last: tuple[tuple[int | None, int], ...], sentence: str
) -> None:
    candidate = series(sizes)
    found = decide(SearchQuery("The Long Road", content_type="tv", last_episodes=last), candidate)
    assert (found.accepted is None) == bool(sentence)
    assert not sentence or found.explanation == sentence
    confirmed = SearchQuery("The Long Road", 2004, "tv", last_episodes=last)
    assert decide(confirmed, candidate).accepted
    own = SearchQuery("The Long Road", content_type="tv", last_episodes=last, external_ids=(ExternalId("tmdb", "1"),))
    assert decide(own, candidate).accepted


@pytest.mark.parametrize(
    ("title", "year", "is_accepted"),
    [("Aliens", None, False), ("Aliens", 1979, False), ("The Alien", None, True), ("Álien", None, True)],
)
def test_similar_title_is_a_question(title: str, year: int | None, is_accepted: bool) -> None:
    candidate = film("Alien", 1979, popularity=130.0)
    found = decide(SearchQuery(title, year, "movie"), candidate)

    assert (found.accepted is not None) == is_accepted
    assert is_accepted or found.explanation == "“Alien (1979)” is only similar, and no id confirms it."
    assert decide(SearchQuery(title, year, "movie", external_ids=(ExternalId("tmdb", "1"),)), candidate).accepted


def test_details_are_fetched_only_where_they_can_decide() -> None:
    def undecided(query: SearchQuery, *candidates: Candidate) -> list[str]:
        return [each.candidate.external_id for each in MATCHER.undecided(decide(query, *candidates), query)]

    unknown, query = series(()), SearchQuery("The Long Road", content_type="tv", last_episodes=((2, 4),))
    assert undecided(query, unknown) == ["1"]
    assert undecided(query, series((4, 4))) == []
    assert undecided(SearchQuery("The Long Road", 2004, "tv", last_episodes=((2, 4),)), unknown) == []
    assert undecided(SearchQuery("The Movie", 2020, "movie"), film("The Movie")) == []
    timed = SearchQuery("The Movie", 2020, "movie", runtime_minutes=100)
    namesakes = film("The Movie", 2021, ident="2"), film("The Movie", 1961, ident="3"), film("The Movies", ident="4")
    assert undecided(timed, film("The Movie"), *namesakes) == ["1"]
    assert undecided(timed, *namesakes) == ["2"]
    assert undecided(SearchQuery("The Movie", None, "movie", people=("Ada Quill",)), *namesakes) == ["2", "3"]


def test_ends_of_two_seasons_confirm_a_series_without_a_year() -> None:
    other = series((10, 8, 6), ident="2", popularity=99.0)
    whole = SearchQuery("The Long Road", content_type="tv", last_episodes=((1, 10), (2, 10)))
    found = decide(whole, series((10, 10)), other)
    assert found.accepted is not None
    assert found.accepted.candidate.external_id == "1"
    assert not decide(
        SearchQuery("The Long Road", content_type="tv", last_episodes=((1, 10),)), series((10, 10)), other
    ).accepted


def test_spaces_make_no_other_title() -> None:
    assert decide(SearchQuery("Spiderman", None, "movie"), film("Spider-Man", 2002, popularity=130.0)).accepted


def test_series_of_another_country_is_a_question() -> None:
    candidate = film("The Office", 2005, content_type="tv", countries=("US",), popularity=130.0)
    found = decide(SearchQuery("The Office", None, "tv", country="UK"), candidate)

    assert found.accepted is None
    assert found.explanation == "The files say UK, but “The Office (2005)” is from US."
    assert not decide(SearchQuery("The Office", 2005, "tv", country="UK"), candidate).accepted
    assert decide(SearchQuery("The Office", None, "tv", country="USA"), candidate).accepted
    assert decide(SearchQuery("The Office", None, "tv"), candidate).accepted
    known = (ExternalId("tmdb", "1"),)
    assert decide(SearchQuery("The Office", None, "tv", country="UK", external_ids=known), candidate).accepted
