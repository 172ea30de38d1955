"""The values of TMDB."""

from __future__ import annotations

from indexium_core.model.providers.descriptor import (
    NUMBER,
    IdKind,
    KeyCheck,
    ProviderDescriptor,
    ProviderKey,
    ProviderSetting,
)

TMDB_IDS = IdKind(
    name="tmdb",
    label="TMDB",
    form=NUMBER,
    example="a number such as 603",
    rank=1,
    is_typed=True,
    nfo_tags=("tmdbid",),
    rating_name="themoviedb",
    address=r"themoviedb\.org/(?:movie|tv)/(\d+)",
)
TMDB = ProviderDescriptor(
    id="tmdb",
    label="TMDB",
    client="indexium_core.sources.tmdb:Tmdb",
    url="https://api.themoviedb.org/3",
    keys=(
        ProviderKey(name="tmdb_api_key", label="API key"),
        ProviderKey(name="tmdb_access_token", label="API read access token"),
    ),
    check=KeyCheck(
        route="/search/movie", parameters={"query": "Metropolis", "year": "1927"}, about="the title of a known film"
    ),
    own_settings=(
        ProviderSetting(
            name="tmdb_requests_per_second",
            label="TMDB requests per second",
            about="Maximum number of requests to TMDB in a second.",
            default=20,
            limits={"ge": 1, "le": 40},
        ),
        ProviderSetting(
            name="image_url_tmdb",
            label="TMDB picture address",
            about="Address of the pictures of TMDB.",
            default="https://image.tmdb.org/t/p",
        ),
    ),
    image_hosts=frozenset({"image.tmdb.org"}),
    ids=TMDB_IDS,
    ranks={"": 10},
    hits_lack_titles=True,
    sign_up="https://www.themoviedb.org/settings/api",
    notice="This product uses the TMDB API but is not endorsed or certified by TMDB.",
    site="https://www.themoviedb.org",
)
