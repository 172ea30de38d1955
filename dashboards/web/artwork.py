"""
`/poster/{title_id}`, its candidates and `/collage/{title_id}`: pictures of films and series as JPEGs.

`/picture/{candidate_id}` and `/picture/{candidate_id}/original`: the picture of one candidate, of any kind.

`/present-picture/{address}?path=`: the picture beside the media that a publication of a title would replace or keep.

A picture may have to be downloaded first, so the work is done on separate threads and never on the server's loop.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from dashboards.web.media_answers import PictureAnswer
from indexium_core.library import Library
from indexium_core.model.artwork.assets import COLLAGE_LAYOUTS, VARIANTS, CachedImage


class _TitlePicture(PictureAnswer):
    failure = "artwork.failed"
    cache_control = "private, max-age=60"  # another picture may be chosen for the title

    def _choice(self, name: str, known: tuple[str, ...]) -> str:
        """Return the value of a parameter, by default the first one; "" after the answer 400 to an unknown value."""
        value = self.get_query_argument(name, "") or known[0]
        if value in known:
            return value
        self.set_status(400)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(f"There is no {name} “{value[:40]}”. Choose one of: {', '.join(known)}.\n")
        return ""


class TitlePoster(_TitlePicture):
    """The poster of a title; with `?kind=backdrop` its backdrop."""

    async def get(self, title_id: str) -> None:
        size = self._choice("kind", tuple(VARIANTS))
        if size:
            await self.answer(title_id, lambda number: self._library.artwork.poster(number, size))


class CandidatePoster(_TitlePicture):
    """The poster of a proposed match of a title."""

    async def get(self, title_id: str, position: str) -> None:
        await self.answer(title_id, lambda number: self._library.artwork.candidate_poster(number, int(position)))


class CandidatePreview(_TitlePicture):
    """
    A small picture of a candidate; `?v=` marks an address that changes with the picture, `?again=1` tries a failed one.

    An error has its sentence as text, which a page shows in place of the picture. An image in a page gets 204 instead.
    """

    async def get(self, candidate_id: str) -> None:
        pictures = self._library.artwork.pictures
        again = bool(self.get_query_argument("again", ""))
        await self._answer(candidate_id, lambda number: pictures.preview(number, again=again))

    async def _answer(self, candidate_id: str, read: Callable[[int], CachedImage | None]) -> None:
        if self.get_query_argument("v", ""):
            self.cache_control = "private, max-age=31536000, immutable"
        await self.answer(candidate_id, read)

    def answer_without(self) -> None:
        """Answer with the reason, or that there is no picture."""
        super().answer_without()
        if self.get_status() != 404:
            return
        problem = self._problem
        self.set_status(problem.http_status if problem else 404)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(problem.message if problem else self._library.artwork.pictures.reason_without)


class CandidateOriginal(CandidatePreview):
    """The original of a candidate."""

    async def get(self, candidate_id: str) -> None:
        await self._answer(candidate_id, self._library.artwork.pictures.original)


class PresentPicture(_TitlePicture):
    """A picture beside the media; `?v=` marks an address that changes with the picture."""

    async def get(self, address: str) -> None:
        path = self.get_query_argument("path", "")
        if self.get_query_argument("v", ""):
            self.cache_control = "private, max-age=31536000, immutable"
        await self.answer("0", lambda _: self._library.publications.present_picture(address, path))


class TitleCollage(_TitlePicture):
    """The posters of a title and its seasons; `?layout=strip` in one row."""

    async def get(self, title_id: str) -> None:
        layout = self._choice("layout", tuple(COLLAGE_LAYOUTS))
        if layout:
            await self.answer(title_id, lambda number: self._library.artwork.collage(number, layout))


def routes(library: Library, pool: Executor) -> list[tuple[Any, ...]]:
    """Return the routes of the pictures of titles; `pool` downloads and makes them."""
    parts = {"library": library, "pool": pool}
    return [
        (r"/poster/(\d{1,19})", TitlePoster, parts),
        (r"/poster/(\d{1,19})/candidate/(\d{1,4})", CandidatePoster, parts),
        (r"/picture/(\d{1,18})", CandidatePreview, parts),
        (r"/picture/(\d{1,18})/original", CandidateOriginal, parts),
        (r"/collage/(\d{1,19})", TitleCollage, parts),
        (r"/present-picture/([a-z]{1,10}:\d{1,15})", PresentPicture, parts),
    ]
