"""The signs that a video is a film or an episode, or a home video, with their points and their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a film or an episode, or against it."""

    points: int
    text: str  # a sentence


SIGNS: Mapping[str, Sign] = {  # by their order in the reasons
    "library": Sign(10, "You said what the library holds."),
    "id": Sign(10, "The name has an id of a provider."),
    "nfo": Sign(10, "An NFO file beside it describes it."),
    "source": Sign(7, "The name has words of a release, such as BluRay."),
    "number": Sign(6, "The name has a season and an episode."),
    "year": Sign(4, "The name has a year in brackets."),
    "tag": Sign(4, "The file names its series."),
    "group": Sign(4, "The name has the group and the number of an episode."),
    "word": Sign(4, "The name has the word and the number of an episode."),
    "films": Sign(4, "It is in a folder for films."),
    "series": Sign(4, "It is in a folder for series."),
    "season": Sign(2, "It is in the folder of a season."),
    "plain_year": Sign(2, "The name has a year."),
    "quality": Sign(2, "The name has a resolution or a codec."),
    "edition": Sign(2, "The name has an edition."),
    "alike": Sign(2, "Its neighbours are numbered alike."),
    "film_length": Sign(3, "It is as long as a film."),
    "episode_length": Sign(2, "It is as long as an episode."),
    "title_folder": Sign(1, "Its folder has its title."),
    "neighbours": Sign(1, "Most of its neighbours are films."),
    "plain_number": Sign(1, "The name has a number."),
    "event": Sign(-6, "The name has a word of a family or an event: {}."),
    "home_folder": Sign(-6, "The folder {} is for home videos."),
    "short": Sign(-6, "It is only {} long."),
    "shorter": Sign(-3, "It is only {} long."),
    "everyday": Sign(-3, "The name has a word of home videos: {}."),
    "own": Sign(-3, "The name says whose it is: {}."),
    "date": Sign(-3, "The name has a date."),
    "extension": Sign(-2, "Cameras make such files: {}."),
}


def is_against(sentence: str) -> bool:
    """Return whether a sentence is that of a sign against a film."""
    return any(each.points < 0 and sentence.startswith(each.text.partition("{}")[0]) for each in SIGNS.values())
