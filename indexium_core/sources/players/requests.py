"""
Requests to one player, through the network of the process, and what is wrong with an answer as one sentence.

The key is sent as a header. It is no part of an error, a log or a `repr`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from indexium_core import errors
from indexium_core.sources.network import HttpAnswer, HttpRequest, Network

_MAX_BYTES = 100_000_000  # of an answer: a list of a large library
_SPARE_SECONDS = 5.0  # the network reports the end of the time before the caller does


class PlayerAnswer(NamedTuple):
    """The status of an answer, and its JSON value; None for an empty answer."""

    status: int
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerAccess:
    """Where a player is, and how it is asked."""

    name: str  # for messages
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # with the key
    timeout: Callable[[], float]  # seconds for one answer


class PlayerRequests:
    """Sends requests to a player. It may be used from any thread."""

    def __init__(self, access: PlayerAccess, network: Network) -> None:
        self.name = access.name
        self._access, self._network = access, network

    def send(
        self,
        method: str,
        route: str,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> PlayerAnswer:
        """
        Send a request and return its answer. The status is below 300, or 404.

        Raises:
            PlayerError: There is no usable answer: the player is not there, slow, refuses the key, or is another
                program. The message has the reason and the remedy.

        """
        timeout = self._access.timeout()
        request = HttpRequest(
            provider=self.name,
            method=method,
            url=f"{self._access.url}{route}",
            parameters=parameters or {},
            headers=self._access.headers,
            body=body,
            max_bytes=_MAX_BYTES,
            returns_redirect=True,
            timeout=timeout,
        )
        try:
            answer = self._network.run(self._network.send(request), timeout + _SPARE_SECONDS)
        except errors.ProviderError as error:
            raise self._not_answered(error, timeout) from None
        except UnicodeEncodeError:
            raise self._error("refused", f"{self.name} cannot take this key. Copy it again.") from None
        self._check_status(answer)
        return PlayerAnswer(answer.status, self._value(answer))

    def mapping(self, method: str, route: str, parameters: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return the object that a request is answered with. Raises PlayerError as `send`, or if there is none."""
        found = self.send(method, route, parameters)
        if found.status == 404 or not isinstance(found.value, dict):
            raise self.not_understood()
        return found.value

    def not_understood(self) -> errors.PlayerError:
        """Return the error for an answer that is not of this program."""
        message = f"{self.name} gives an answer that this kind of player does not give. Check its address and its kind."
        return self._error("bad_answer", message)

    def _not_answered(self, error: errors.ProviderError, timeout: float) -> errors.PlayerError:
        if error.reason == "provider_timeout":
            message = f"{self.name} did not answer within {timeout:.0f} seconds. Check whether it hangs."
            return self._error("timeout", message)
        if error.reason == "provider_unreachable":
            place = urlsplit(self._access.url).netloc
            message = f"{self.name} cannot be reached ({place}). Check that it runs, and its address."
            return self._error("unreachable", message)
        return self._error("bad_answer", error.message)

    def _check_status(self, answer: HttpAnswer) -> None:
        status = answer.status
        if status < 300 or status == 404:
            return
        if status < 400:
            target = urlsplit(answer.headers.get("location", "")).netloc.rpartition("@")[2] or "another address"
            message = f"{self.name} redirects to {target}. Nothing is sent there: enter that address for the player."
            raise self._error("bad_answer", message)
        if status == 401:
            raise self._error("refused", f"{self.name} refuses the key (401). Enter a new key.")
        if status == 403:
            message = f"The account of the key may not do this in {self.name} (403). Use the key of an administrator."
            raise self._error("refused", message)
        message = f"{self.name} reports an error ({status}). Its log has the reason."
        raise self._error("failed" if status >= 500 else "bad_answer", message)

    def _value(self, answer: HttpAnswer) -> Any:
        if answer.status == 404 or not answer.body.strip():
            return None
        try:
            return _without_nulls(json.loads(answer.body))
        except (ValueError, RecursionError):
            pass
        if "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<":
            message = f"{self.name} answers with a web page. Check its address: it may be of another program."
            raise self._error("bad_answer", message)
        raise self.not_understood()

    @staticmethod
    def _error(code: str, message: str) -> errors.PlayerError:
        return errors.PlayerError(message, code=f"player_{code}")


def _without_nulls(value: Any) -> Any:
    """Return a JSON value in which null is no value: players write it for what they do not know."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value if each is not None] if isinstance(value, list) else value
