"""The values of OMDb. Its ids are those of IMDb."""

from __future__ import annotations

from indexium_core.model.providers.descriptor import (
    IdKind,
    KeyCheck,
    ProviderDescriptor,
    ProviderKey,
    ProviderSetting,
)

IMDB_IDS = IdKind(
    name="imdb",
    label="IMDb",
    form="tt(?!0+$)[0-9]{7,9}",  # programs write tt0000000 if they know no id
    example="a text such as tt0133093",
    rank=2,
    nfo_tags=("imdbid", "imdb_id"),
    address=r"(?<![a-z0-9])(tt\d+)",
)
OMDB = ProviderDescriptor(
    id="omdb",
    label="OMDb",
    client="indexium_core.sources.omdb:Omdb",
    url="https://www.omdbapi.com",
    keys=(ProviderKey(name="omdb_api_key", label="API key"),),
    check=KeyCheck(route="/", parameters={"i": "tt0017136"}, about="the id of a known film"),
    own_settings=(
        ProviderSetting(
            name="omdb_requests_per_day",
            label="OMDb requests per day",
            about="Maximum number of requests to OMDb in 24 hours; a free key has 1,000.",
            default=1000,
            limits={"ge": 0, "le": 10**7},
        ),
    ),
    image_hosts=frozenset({"m.media-amazon.com"}),
    ids=IMDB_IDS,
    ranks={"": 30, "crew": 15, "runtime_minutes": 15, "content_rating": 15, "ratings": 5, "votes": 5},
    sign_up="https://www.omdbapi.com/apikey.aspx",
)
