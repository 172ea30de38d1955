"""Small answers that unpack to a lot: refused, and never held."""

from __future__ import annotations

import gzip
import http.server
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.sources.images import ImageDownloads
from indexium_core.sources.network import HttpRequest, LimitedBody, Network
from tests.support.providers import MemoryLog

MEGABYTE = 1_000_000
LIMIT = 2 * MEGABYTE
UNPACKED = 200 * MEGABYTE


def bomb(window: int) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, window)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(UNPACKED // MEGABYTE)) + packer.flush()


@contextmanager
def answering(encoding: str, body: bytes) -> Iterator[str]:
    """Yield the address of a server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/any"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network(max_bytes=LIMIT)
    yield made
    made.close()


def asked(network: Network, url: str) -> bytes:
    request = HttpRequest(provider="TMDB", url=url, parameters={}, headers={})
    return network.run(network.send(request), 30).body


def refusal_of(network: Network, url: str) -> str:
    with pytest.raises(errors.ProviderError) as caught:
        asked(network, url)
    return caught.value.message


def image_refusal_of(network: Network, url: str) -> str:
    log = MemoryLog(lambda: datetime.now(UTC))
    images = ImageDownloads(
        network, log=log, configured=lambda: [url], max_bytes=LIMIT, clock=lambda: datetime.now(UTC)
    )
    with pytest.raises(errors.ProviderError) as caught:
        images.fetch("tmdb", url)
    return caught.value.message


@pytest.mark.parametrize("refused", [refusal_of, image_refusal_of])
@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15)])
def test_answers_that_unpack_to_a_lot_take_little_memory(
    network: Network, encoding: str, window: int, refused: Any
) -> None:
    with answering(encoding, bomb(window)) as url:
        tracemalloc.start()
        try:
            with ThreadPoolExecutor(4) as pool:
                messages = list(pool.map(lambda _: refused(network, url), range(4)))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert all("gives no usable answer: the answer has more than 2 MB." in each for each in messages)
    assert peak < 4 * 3 * LIMIT < UNPACKED


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "unknown"])
def test_answer_in_an_encoding_that_was_not_asked_for_is_refused(network: Network, encoding: str) -> None:
    with answering(encoding, gzip.compress(gzip.compress(b"{}", mtime=0))) as url:
        assert "it is compressed in a way that was not asked for" in refusal_of(network, url)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b'{"a": 1}', mtime=0)),
        ("X-GZIP", gzip.compress(b'{"a": 1}', mtime=0)),
        ("deflate", zlib.compress(b'{"a": 1}')),
    ],
)
def test_packed_answer_is_unpacked(network: Network, encoding: str, body: bytes) -> None:
    with answering(encoding, body) as url:
        assert asked(network, url) == b'{"a": 1}'


def test_answer_whose_end_is_missing_is_refused(network: Network) -> None:
    with answering("gzip", gzip.compress(b'{"a": 1}' * 100, mtime=0)[:-8]) as url:
        assert refusal_of(network, url).endswith("no usable answer: its end has not arrived.")


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_limit_is_exact(encoding: str, size: int) -> None:
    data = gzip.compress(bytes(size)) if encoding else bytes(size)
    body = LimitedBody({"content-encoding": encoding}, LIMIT)
    if size > LIMIT:
        with pytest.raises(ValueError, match="more than 2 MB"):
            body.add(data)
    else:
        body.add(data)
        assert body.whole() == bytes(LIMIT)
