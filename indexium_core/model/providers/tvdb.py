"""The values of TVDB."""

from __future__ import annotations

from indexium_core.model.providers.descriptor import NUMBER, IdKind, KeyCheck, ProviderDescriptor, ProviderKey

TVDB_IDS = IdKind(
    name="tvdb",
    label="TVDB",
    form=NUMBER,
    example="a number such as 169",
    rank=3,
    is_typed=True,
    nfo_tags=("tvdbid",),
    address=r"thetvdb\.com/(?:\?tab=series&(?:amp;)?id=|series/|dereferrer/series/)(\d+)",
)
TVDB = ProviderDescriptor(
    id="tvdb",
    label="TVDB",
    client="indexium_core.sources.tvdb:Tvdb",
    url="https://api4.thetvdb.com/v4",
    keys=(
        ProviderKey(name="tvdb_api_key", label="API key"),
        ProviderKey(name="tvdb_pin", label="PIN of a subscriber", is_needed=False),
    ),
    check=KeyCheck(),
    image_hosts=frozenset({"artworks.thetvdb.com", "www.thetvdb.com"}),
    ids=TVDB_IDS,
    ranks={"": 20},
    sign_up="https://thetvdb.com/api-information",
    credit="TheTVDB",
)
