"""
An OpenID Connect provider: its addresses (discovery), and its verified answer to a code.

All requests go to the provider of the settings, through the network with its limits: no redirect, limited time and
size. An address of the discovery is used only with TLS, or on this machine. The libraries of the protocol are imported
when somebody signs in, not at the start of each command.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

from indexium_core import errors
from indexium_core import keys as home_keys
from indexium_core.settings import Settings
from indexium_core.sources.network import HttpRequest, Network

_SECONDS, _BYTES, _OK = 10.0, 500_000, 200
_CLOCK_ERROR = 60  # seconds
_DISCOVERY = "/.well-known/openid-configuration"
# Signatures of the provider. `none` and those with a shared secret are not among them.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class ProviderAddresses:
    """What the discovery of a provider says."""

    authorization: str
    token: str
    keys: str
    takes_secret_in_body: bool  # … and not in a header


class OpenIdProvider:
    """The provider of the settings."""

    def __init__(self, network: Network, home: Path, config: Settings) -> None:
        self._network, self._home, self._config = network, home, config

    def addresses(self) -> ProviderAddresses:
        """Return the addresses of the provider; SignInError if it gives none that can be used."""
        issuer = self._config.oidc_issuer
        found = self._get(issuer.rstrip("/") + _DISCOVERY)
        if found.get("issuer") != issuer:
            raise self._bad("it names itself differently than the setting INDEXIUM_OIDC_ISSUER")
        authorization, token, keys = (
            str(found.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
        if not all(_is_safe(url) for url in (authorization, token, keys)):
            raise self._bad("its addresses are missing, or have no TLS")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return ProviderAddresses(authorization, token, keys, "client_secret_basic" not in methods)

    def request_address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return the address at which a person signs in; SignInError as in `addresses`."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        address = prepare_grant_uri(
            self.addresses().authorization,
            self._config.oidc_client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self._config.oidc_scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return str(address)

    def claims(self, code: str, *, redirect_uri: str, nonce: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        """
        Return what the provider says about the person who got a code.

        Raises:
            SignInError: The provider refuses the code, or its ID token is not valid: its signature, issuer, audience,
                time or nonce.

        """
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        addresses = self.addresses()
        answer = self._exchange(addresses, code, redirect_uri=redirect_uri, verifier=verifier)
        try:
            keys = KeySet.import_key_set(self._get(addresses.keys))  # type: ignore[arg-type]
            token = jwt.decode(str(answer.get("id_token", "")), keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._config.oidc_issuer},
                    "aud": {"essential": True, "value": self._config.oidc_client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._config.oidc_client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=_CLOCK_ERROR)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise self._bad(f"its ID token is not valid ({type(error).__name__})") from error
        return dict(claims)

    def _exchange(
        self, addresses: ProviderAddresses, code: str, *, redirect_uri: str, verifier: str
    ) -> Mapping[str, Any]:
        secret, problem = home_keys.open_id_secret(self._home)
        if problem:
            raise errors.SignInError(problem, code="open_id_failed")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._config.oidc_client_id,
        }
        headers = {}
        if secret.get_secret_value() and addresses.takes_secret_in_body:
            form["client_secret"] = secret.get_secret_value()
        elif secret.get_secret_value():
            pair = f"{quote_plus(self._config.oidc_client_id)}:{quote_plus(secret.get_secret_value())}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self._send("POST", addresses.token, headers=headers, form=form)

    def _get(self, url: str) -> Mapping[str, Any]:
        return self._send("GET", url)

    def _send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        request = HttpRequest(
            provider=self._config.oidc_label,
            method=method,
            url=url,
            parameters={},
            headers=headers or {},
            form=form,
            timeout=_SECONDS,
            max_bytes=_BYTES,
        )
        try:
            answer = self._network.run(self._network.send(request), _SECONDS + 1)
            found = json.loads(answer.body)
        except errors.ProviderError as error:
            raise errors.SignInError(error.message, code="open_id_failed") from error
        except ValueError as error:
            raise self._bad("its answer is not JSON") from error
        if answer.status != _OK or not isinstance(found, dict):
            raise self._bad(f"it answers with the status {answer.status}")
        return found

    def _bad(self, problem: str) -> errors.SignInError:
        message = (
            f"{self._config.oidc_label} gives no usable answer: {problem}. Sign in again, or ask an administrator."
        )
        return errors.SignInError(message, code="open_id_failed")


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
