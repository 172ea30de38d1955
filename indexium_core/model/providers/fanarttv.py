"""The values of fanart.tv, which has pictures only."""

from __future__ import annotations

from indexium_core.model.providers.descriptor import KeyCheck, ProviderDescriptor, ProviderKey
from indexium_core.model.providers.omdb import IMDB_IDS
from indexium_core.model.providers.tmdb import TMDB_IDS
from indexium_core.model.providers.tvdb import TVDB_IDS

FANARTTV = ProviderDescriptor(
    id="fanarttv",
    label="fanart.tv",
    client="indexium_core.sources.fanarttv:FanartTv",
    url="https://webservice.fanart.tv/v3.2",
    keys=(
        ProviderKey(name="fanarttv_api_key", label="API key"),
        ProviderKey(name="fanarttv_client_key", label="personal key", is_needed=False),
    ),
    check=KeyCheck(route="/movies/19", about="the id of a known film"),
    per_second=4,
    image_hosts=frozenset({"assets.fanart.tv"}),
    ids=None,
    known_by={"movie": (TMDB_IDS.name, IMDB_IDS.name), "tv": (TVDB_IDS.name,)},
    ranks={"": 40, "pictures": 25},
    sign_up="https://fanart.tv/get-an-api-key/",
)
