"""The pages of films and series, in Node with values of the library: filters, tiles, questions and pictures."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.model.titles.title_filter import TitleFacetValue
from tests.support.cases import each_case
from tests.support.scripts import evaluate


def facet(**titles: int) -> dict[str, Any]:
    return {
        "options": [TitleFacetValue(value=key, label=key.capitalize(), titles=number) for key, number in titles.items()]
    }


def head(**changes: Any) -> dict[str, Any]:
    """Return what stands above the list."""
    facets = {"kind": facet(movie=5, series=2), "state": facet(), "matched": facet(no=5, yes=2)}
    facets |= {"incomplete": facet(yes=1), "unpublished": facet()}
    known: dict[str, Any] = {
        "facets": facets, "libraries": [{"library_id": 3, "name": "Films", "kind": "movies"}], "providers": [],
        "jobs": {"items": []}, "counts": {}, "due": {"titles": 0, "videos": 0, "names_text": "", "reason": ""},
        "notices": [],
    }  # fmt: skip
    return known | changes


def filters(script: str, **values: Any) -> Any:
    return evaluate(f"(f => {script})(await face('title_filters'))", **{"known": head(), "place": {}} | values)


# Filters.


@each_case(
    ("place", "sentence"),
    [
        ({"kind": "film"}, "There is no kind “film”. Choose one of: movie, series, season, episode."),
        ({"sort": "size"}, "There is no sort key “size”. Choose one of: title, year, state, rating, added."),
        ({"year": "-"}, "“-” is neither a year nor a range of years, such as 1994 or 1990-1999."),
        ({"rating": "12"}, "A rating is a number from 0 to 10, not “12”."),
        ({"library": "99"}, "There is no library folder 99."),
        ({"matched": "7"}, "The filter “Matched” is yes or no, not “7”."),
    ],
)
def test_wrong_value_of_the_address_is_named_and_does_not_filter(place: dict[str, str], sentence: str) -> None:
    found = filters("[f.problemsOf(place, known), f.isNarrowed(place, known), f.listed(place, known)]", place=place)
    problems, is_narrowed, listed = found
    assert list(problems.values()) == [sentence]
    assert not is_narrowed
    assert listed == filters("f.listed({}, known)")
    to = filters("f.quickFilters(place, known)[0].to", place=place)
    assert to == {**dict.fromkeys(place, ""), "matched": "no"}


@pytest.mark.parametrize("year", ["1994", "1990-1999", "1990-", "-1999"])
def test_years_are_a_number_or_a_range(year: str) -> None:
    assert filters("f.problemsOf(place, known)", place={"year": year}) == {}


def test_address_becomes_the_arguments_of_the_list() -> None:
    place = {"q": "sea", "genre": "Drama|Crime", "library": "3", "rating": "8", "incomplete": "yes", "matched": "no"}
    assert filters("f.listed(place, known)", place=place) == {
        "query": "sea", "kind": "", "state": "", "year": "", "library_id": 3, "rating": 8,
        "genre": ["Drama", "Crime"], "tag": [], "actor": [], "director": [],
        "matched": False, "incomplete": True, "unpublished": None,
    }  # fmt: skip
    assert filters("[f.orderOf({}), f.orderOf({sort: 'rating'})]") == [
        {"sort": "title", "descending": False},
        {"sort": "rating", "descending": True},
    ]


def test_each_part_of_the_filters_can_be_removed() -> None:
    place = {"q": "sea", "genre": "Drama|Crime", "kind": "movie", "library": "3", "matched": "yes"}
    parts = filters("f.narrowedBy(place, known)", place=place)
    assert [(each["label"], each["to"]) for each in parts] == [
        ("Movie", {"kind": ""}),
        ("Drama", {"genre": "Crime"}),
        ("Crime", {"genre": "Drama"}),
        ("Films", {"library": ""}),
        ("Matched", {"matched": ""}),
        ("“sea”", {"q": ""}),
    ]


def test_menu_lists_chosen_values_first_and_several_can_be_chosen() -> None:
    found = {"genre": facet(Drama=2, Crime=1)}
    script = "f.filtersOf(place, known).find(each => each.label === 'Genre').groupsOf(found)"
    [group] = filters(script, place={"genre": "Noir"}, found=found)
    assert [(each["label"], each["total"], each["on"]) for each in group["options"]] == [
        ("Noir", 0, True),
        ("Drama", 2, False),
        ("Crime", 1, False),
    ]
    assert group["options"][1]["to"] == {"genre": "Noir|Drama"}
    menus = filters("f.filtersOf(place, known).map(({label, sign}) => [label, sign ?? 0])", place={"actor": "A|B"})
    assert dict(menus)["People"] == 2


def test_quick_filters_are_turned_on_and_off() -> None:
    chips = filters("f.quickFilters(place, known)", place={"matched": "no"})
    assert [(each["label"], each["total"], each["on"], each["to"]) for each in chips] == [
        ("Unmatched", 5, True, {"matched": ""}),
        ("Incomplete series", 1, False, {"incomplete": "yes"}),
    ]


# The list.


def titles(script: str, **values: Any) -> Any:
    return evaluate(f"(t => {script})(await face('titles'))", **{"head": head(), "place": {}} | values)


def row(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": 7, "entity_type": "movie", "title": "Amber Coast", "name": "Amber Coast (1994)", "year": 1994,
        "country": "", "rating": 8.14, "genres": ["Drama", "Crime"], "series_id": None, "kind_name": "Film",
        "state_label": "Identified", "size_text": "1 file", "initials": "AC", "is_matched": True,
        "is_incomplete": False, "is_unpublished": False,
    }  # fmt: skip
    return facts | changes


def test_tile_shows_what_needs_a_person() -> None:
    tile = titles("t.tileOf(row)", row=row(is_matched=False, is_unpublished=True))
    assert (tile["poster"], [each["text"] for each in tile["marks"]]) == ("/poster/7", ["unmatched", "unpublished"])
    assert titles("t.tileOf(row).marks", row=row()) == []
    episode = row(id=9, entity_type="episode", series_id=4, is_matched=False)
    assert titles("[t.tileOf(row).poster, t.tileOf(row).marks.length]", row=episode) == ["/poster/4", 0]


def test_line_below_a_poster() -> None:
    assert titles("t.lineOf(row)", row=row()) == "★ 8.1 · 1994 · Drama"
    series = row(entity_type="series", rating=None, country="UK", size_text="1 season · 2 episodes")
    assert titles("t.lineOf(row)", row=series) == "UK · 1994 · 1 season · 2 episodes"


def test_head_counts_films_and_series() -> None:
    assert titles("t.summaryOf(head, place)") == "5 films · 2 series"
    assert titles("t.summaryOf(head, place)", place={"q": "sea"}) == "of 7 · 5 films · 2 series"
    assert titles("t.summaryOf(head, place)", place={"kind": "movie"}) == "of 7 films and series"


def test_notice_says_why_no_provider_is_asked() -> None:
    off = {"is_on": False, "needs_action": False, "state": "off", "plain_reason": "There is no key."}
    broken = off | {"needs_action": True, "plain_reason": "The key is rejected."}
    assert titles("t.noticeOf(head)", head=head(providers=[off, broken])).endswith("The key is rejected.")
    assert titles("t.noticeOf(head)", head=head(providers=[off, off | {"is_on": True}])) == ""


def test_only_the_end_of_a_job_that_was_seen_running_is_told() -> None:
    running = {"id": 4, "has_ended": False}
    ended = {"id": 4, "has_ended": True}
    script = (
        "[t.followJobs([ended]).ended ?? null, t.followJobs([running]).running.length, t.followJobs([ended]).ended]"
    )
    assert titles(script, running=running, ended=ended) == [None, 1, ended]


def test_empty_list_leads_on() -> None:
    script = "t.titles.empty(place, head)"
    assert titles(script, place={"q": "x"})["acts"][0]["label"] == "Clear all filters"
    none = head()
    none["facets"] |= {"kind": facet()}
    assert titles(script, head=none)["act"] == "identify-titles"
    assert "act" not in titles(script, head=none | {"jobs": {"items": [{"has_ended": False}]}})
    home = none | {"libraries": [{"library_id": 1, "name": "A", "kind": "home"}]}
    assert titles(script, head=home)["act"] == "set-kind"
    assert titles(script, head=none | {"libraries": []})["act"] == ""


def test_actions_mean_all_selected_titles() -> None:
    script = (
        't.titles.actions.filter(({where}) => where === "bar")'
        ".map(each => [each.act, each.call?.(rows, answers) ?? null])"
    )
    answers = {"asset_type": "logo", "by": "language", "language": "de", "provider": "tmdb"}
    assert dict(titles(script, rows=[{"id": 7}, {"id": 900}], answers=answers)) == {
        "look-up-selected": ["enrichment.schedule_titles", {"title_ids": [7, 900], "force": True}],
        "plan-values": ["titles.plan_values", {"title_ids": [7, 900]}],
        "choose-pictures": [
            "picture_selection.apply",
            {"title_ids": [7, 900], "rule": {"asset_type": "logo", "language": "de", "provider": ""}},
        ],
        "publish-selected": None,
    }


# Questions about several titles.


def questions(script: str, **values: Any) -> Any:
    return evaluate(f"(q => {script})(await face('title_questions'))", **values)


def planned(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "items": [{"file_id": 1, "file_name": "a.mkv", "values": []}], "total": 23, "page": 1, "per_page": 20,
        "changed": 23, "files": 30, "exceptions": [["A field is locked", 2]], "nothing": "", "search": "id:1",
    }  # fmt: skip
    return facts | changes


def test_question_before_values_are_planned() -> None:
    text, items, facts, hint = questions("q.valueSections(found)", found=planned())
    assert text["text"] == "23 files of 30 would get other values. Nothing is written yet."
    assert (items["pages"], items["items"][0]["name"]) == (2, "a.mkv")
    assert facts["pairs"] == [["A field is locked", "2 files"]]
    assert hint["kind"] == "hint"
    assert questions("q.valuesQuestion([1]).confirmOf(found)", found=planned()) == "Plan 23 files"
    nothing = planned(changed=0, total=0, items=[], exceptions=[], nothing="Nothing to plan.")
    assert questions("q.valuesQuestion([1]).confirmOf(found)", found=nothing) == ""
    assert questions("q.valueSections(found).filter(Boolean)", found=nothing) == [
        {"kind": "text", "text": "Nothing to plan."}
    ]


def picture(number: int, **changes: Any) -> dict[str, Any]:
    facts = {"id": number, "label": "TMDB", "language_text": "German", "size_text": "2 × 3", "is_by_person": False}
    return facts | changes


def preview(*changes: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"titles": 9, "changes": list(changes), "total": len(changes), "without": 0, **counts}


def change(old: Any, new: Any) -> dict[str, Any]:
    return {"title_id": 7, "title": "Ring", "old": old, "new": new}


RULE = {"asset_type": "poster", "language": "", "provider": ""}


def test_pictures_are_shown_before_and_after() -> None:
    found = preview(change(picture(1), picture(2)), change(None, picture(3)), without=2)
    text, items, hint = questions("q.pictureSections(found, rule, 1)", found=found, rule=RULE | {"provider": "local"})
    assert text["text"] == "2 of 9 titles would change. Nothing has changed yet."
    assert items["items"][0]["pictures"][0] == {"source": "/picture/1", "text": "TMDB, German, 2\u00a0×\u00a03"}
    assert items["items"][1]["pictures"][0] == {"source": "", "text": "none"}
    assert hint["text"].startswith("2 titles have no poster that fits, and would not change. The new pictures count")


def test_picture_that_stays_says_who_decides_from_now_on() -> None:
    mine = picture(1, is_by_person=True)
    found = preview(change(mine, picture(1)), change(picture(2), picture(2)))
    items = questions("q.pictureSections(found, rule, 1)[1].items", found=found, rule=RULE)
    assert [(each["message"], len(each["pictures"])) for each in items] == [
        ("The picture stays. The rule decides from now on.", 1),
        ("The picture stays. It counts as your selection.", 1),
    ]


def test_changes_of_pictures_have_pages_and_an_end() -> None:
    many = preview(*(change(None, picture(number)) for number in range(1, 24)), total=30)
    items = questions("q.pictureSections(found, rule, 2)[1]", found=many, rule=RULE)
    assert (len(items["items"]), items["pages"], items["more"]) == (3, 2, "7 more titles would change.")
    none = questions("q.pictureSections(found, rule, 1)", found=preview(without=1), rule=RULE | {"asset_type": "logo"})
    assert none == [
        {"kind": "text", "text": "No picture would change. 1 title has no logo that fits, and would not change."}
    ]


# One title.


def test_file_moves_to_a_title_an_episode_or_a_new_title() -> None:
    script = "(m => m.moveCall({file_id: 5}, answers))(await face('title_mover'))"
    film = {"target": {"value": "7", "isSeries": False}, "role": "trailer"}
    assert evaluate(script, answers=film) == ["titles.move", {"file_ids": [5], "role": "trailer", "title_id": 7}]
    episode = {"target": {"value": "7", "isSeries": True}, "role": "main", "season": "2", "episodes": "3 and 4"}
    assert evaluate(script, answers=episode)[1] == {
        "file_ids": [5], "role": "main", "title_id": 7, "season": "2", "episodes": [3, 4],
    }  # fmt: skip
    new = {"target": {"value": "movie", "text": "Pond", "isSeries": False}, "role": "main", "year": "1994"}
    assert evaluate(script, answers=new)[1] == {
        "file_ids": [5], "role": "main", "kind": "movie", "title": "Pond", "year": "1994",
    }  # fmt: skip


def test_episode_needs_a_number() -> None:
    script = """(m => {
        const {fields, check} = m.moveQuestion({name: "a.mkv", role: "main"})
        return [fields.filter(({when}) => when?.(answers) ?? true).map(({name}) => name), check(answers)]
    })(await face('title_mover'))"""
    series = {"target": {"isSeries": True}, "role": "main", "episodes": "x"}
    assert evaluate(script, answers=series) == [
        ["target", "role", "season", "episodes"],
        "Enter the number of the episode.",
    ]
    new_film = {"target": {"isSeries": False, "text": "Pond"}, "role": "main", "episodes": ""}
    assert evaluate(script, answers=new_film) == [["target", "role", "year"], ""]


def test_missing_title_has_a_page_that_says_so() -> None:
    script = "(t => t.title.closed(() => ({error})))(await face('title'))"
    gone = evaluate(script, error={"code": "unknown_id", "message": "There is no title 9."})
    assert (gone["title"], gone["text"][:47]) == (
        "There is no title 9",
        "A title disappears with its last file: the file",
    )
    failed = evaluate(script, error={"code": "unexpected", "message": "It failed."})
    assert (failed["title"], failed["text"]) == ("This title cannot be shown", "It failed.")
    assert evaluate("(t => t.title.closed(() => ({value: {}})))(await face('title'))") == ""


def test_actions_of_a_title_depend_on_what_is_known() -> None:
    script = """(t => {
        const [head] = t.title.sections
        return head.actions.filter(({when}) => when?.(undefined, {}, known) ?? true).map(({act}) => act)
    })(await face('title'))"""
    film = {"item": {"id": 7, "entity_type": "movie", "state": "enriched", "series_id": None}, "can_plan": True}
    more: dict[str, Any] = {
        "match": {"revision": "a"}, "publication": {"can_publish": True}, "providers": [{"is_on": True}],
        "candidates": [],
    }  # fmt: skip
    assert evaluate(script, known={"title": film, "more": more}) == [
        "plan-values", "publish-title", "look-up-title", "pictures", "ignore-title",
    ]  # fmt: skip
    ignored = film | {"item": film["item"] | {"state": "ignored"}, "can_plan": False}
    assert evaluate(script, known={"title": ignored, "more": {"match": {"revision": "a"}}}) == [
        "pictures",
        "restore-title",
    ]


def test_answers_of_providers_are_counted() -> None:
    values = [
        {"origin": "provider", "origin_text": "TMDB", "fetched_at": "2026-01-01", "since": "a year ago"},
        {"origin": "provider", "origin_text": "TMDB", "fetched_at": "2026-11-01", "since": "a month ago"},
        {"origin": "hand", "origin_text": "by hand", "fetched_at": "2026-12-01", "since": "just now"},
    ]
    assert evaluate("(await face('title_parts')).answersOf(values)", values=values) == [
        {"name": "TMDB", "text": "2 values, a month ago"}
    ]


# The dialog of pictures.


def test_place_of_a_picture_by_its_score() -> None:
    scores = {1: 0.5, 2: 0.9, 3: None, 4: 0.7}
    pictures = [{"id": number, "auto_score": score, "is_rejected": number == 4} for number, score in scores.items()]
    script = "(state => pictures.map(({id}) => state.rankOf(pictures, id)))(await face('artwork_state'))"
    ranks = evaluate(script, pictures=pictures)
    assert ranks == ["2nd of 2", "1st of 2", "", ""]


@each_case(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st"), (112, "112th")]
)
def test_ordinal(number: int, text: str) -> None:
    assert evaluate("(await face('artwork_state')).ordinal(number)", number=number) == text


def test_address_of_a_picture_changes_with_it() -> None:
    script = "(await face('artwork_state')).addressesOf(picture)"
    assert evaluate(script, picture={"id": 4, "version": "ab"}) == {
        "preview": "/picture/4?v=ab",
        "original": "/picture/4/original?v=ab",
    }
    assert evaluate(script, picture={"id": 4, "version": ""})["preview"] == "/picture/4"


def test_language_of_a_picture() -> None:
    script = "(a => pictures.map(each => a.languageName(a.languageKey(each))))(await face('artwork_state'))"
    pictures = [
        {"language": "de", "provider": "tmdb"},
        {"language": "", "provider": "tmdb"},
        {"language": "", "provider": "local"},
    ]
    assert evaluate(script, pictures=pictures) == ["German", "no text", "not known"]
