"""The settings of the sign-in: sessions, names of the server, and reverse proxies that name people."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from indexium_core.errors import UsageError
from indexium_core.model.accounts.sign_in import roles_of_groups

_CLAIM = r"[A-Za-z][\w:./-]{0,100}"
_HOSTS = r"([A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(\s*,\s*|$))*"
_ISSUER = r"(https://[^\s?#@]{1,500}|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[^\s?#@]{0,500})?)?"
_NOW, _SIGN_IN = "applies immediately", "applies to the next sign-in"


def setting(default: Any, description: str, counts: str, **limits: Any) -> Any:
    """Return the field of a setting; `counts` says when a new value takes effect."""
    return Field(default=default, description=description, json_schema_extra={"counts": counts}, **limits)


@functools.lru_cache(maxsize=20)
def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return the addresses and networks of a list with commas; ValueError if one is none."""
    return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in text.split(",") if each.strip())


def _of_form(form: str) -> AfterValidator:
    """Return the check of a form with large repetitions, which Pydantic takes 20 to 50 ms to compile."""

    def check(text: str) -> str:
        if not re.fullmatch(form, text):
            raise ValueError(form)
        return text

    return AfterValidator(check)


def _networks(text: str) -> str:
    networks(text)
    return text


def _groups(text: str) -> str:
    try:
        roles_of_groups(text)
    except UsageError as error:
        raise ValueError(error.message) from error
    return text


class SignInSettings(BaseModel):
    """The settings of the sign-in."""

    model_config = ConfigDict(defer_build=True)  # only the settings of a home are built, which have these, too

    session_idle_hours: int = setting(
        24, "Hours without a request after which a person has to sign in again.", _NOW, ge=1, le=720
    )
    session_days: int = setting(
        30, "Days after which a person has to sign in again in any case.", _SIGN_IN, ge=1, le=365
    )
    allowed_hosts: Annotated[str, _of_form(_HOSTS)] = setting(
        "",
        "Other names of this server, with commas between them: of a container, of the own network, of a proxy.",
        _NOW,
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = setting(
        "",
        "Addresses or networks of reverse proxies, with commas between them. Only their headers X-Forwarded-For, "
        "X-Forwarded-Proto and X-Forwarded-Host count.",
        _NOW,
        max_length=1000,
    )
    trusted_user_header: Annotated[str, _of_form(r"([A-Za-z][A-Za-z0-9-]{0,60})?")] = setting(
        "",
        "The header in which a trusted proxy names the person who signed in there, for example Remote-User.",
        _NOW,
    )
    trusted_user_role: Literal["none", "viewer", "editor", "approver", "admin"] = setting(
        "none",
        "The role of a person whom a trusted proxy names for the first time; none: the person has to exist.",
        _NOW,
    )
    oidc_issuer: Annotated[str, _of_form(_ISSUER)] = setting(
        "",
        "Address of the OpenID Connect provider with whose accounts people can sign in, with TLS.",
        _SIGN_IN,
    )
    oidc_client_id: Annotated[str, _of_form(r"[\x21-\x7e]{0,255}")] = setting(
        "", "The id of Indexium at this provider.", _SIGN_IN
    )
    oidc_label: str = setting(
        "OpenID Connect", "The name of this provider on the page of the sign-in.", _SIGN_IN, min_length=1, max_length=40
    )
    oidc_scopes: str = setting(
        "openid profile",
        "The scopes of the request, with spaces between them; openid is one of them.",
        _SIGN_IN,
        pattern=r"^([\x21-\x7e]+ )*openid( [\x21-\x7e]+)*$",
    )
    oidc_name_claim: Annotated[str, _of_form(_CLAIM)] = setting(
        "preferred_username",
        "The claim that names a person who signs in for the first time.",
        _SIGN_IN,
    )
    oidc_role_claim: Annotated[str, _of_form(rf"({_CLAIM})?")] = setting(
        "",
        "The claim with the groups of a person, for example groups. With it, each sign-in sets the role.",
        _SIGN_IN,
    )
    oidc_roles: Annotated[str, AfterValidator(_groups)] = setting(
        "",
        "The roles of groups, with commas between them: media-admins=admin, family=viewer.",
        _SIGN_IN,
        max_length=5000,
    )
    oidc_new_role: Literal["none", "viewer", "editor", "approver", "admin"] = setting(
        "none",
        "The role of a person who signs in for the first time, with no role of a group; none: the person has to exist.",
        _SIGN_IN,
    )


# The allowed values of settings that are texts, as clauses.
WANTED: Mapping[str, str] = MappingProxyType(
    {
        "trusted_proxies": "a list of addresses or networks, such as 10.0.0.2, 172.16.0.0/12,",
        "trusted_user_header": "the name of a header, such as Remote-User,",
        "oidc_issuer": "an address such as https://auth.example.org, with TLS and without a user name,",
        "oidc_client_id": "an id without spaces",
        "oidc_label": "a name of at most 40 characters",
        "oidc_scopes": "a list of scopes with openid, separated by spaces,",
        "oidc_name_claim": "the name of a claim, such as preferred_username,",
        "oidc_role_claim": "the name of a claim, such as groups,",
        "oidc_roles": "a list of groups with roles, such as media-admins=admin, family=viewer,",
    }
)
