"""The settings as a page: purpose, value, source of each setting, and when a change applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Component, module
from dashboards.pages.settings.view_types import SettingGroupView, SettingsFormView, SettingView
from indexium_core.model import wording
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.settings import SettingRow

OTHERS = "Others"
OF_PROVIDERS = {each.name: each.label for provider in PROVIDERS.values() for each in provider.settings}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Writing": (
        "metadata_max_concurrent_writes",
        "preserve_mtime",
        "faststart",
        "sidecar_name",
        "rewrite_warn_size",
        "metadata_operation_timeout_seconds",
        "max_operation_items",
        "executor",
    ),
    "Backups": ("metadata_backup_retention_days", "backup_budget"),
    "People": ("placeholder_names",),
    "Scanning": ("probe_threads", "rescan_batch_size", "rescan_batch_pause_ms", "thumbnail_budget"),
    "Privacy": ("online", "download_images"),
    "Films and series": (
        "metadata_language",
        "metadata_region",
        "provider_cache_days",
        "enrich_concurrency",
        "enrich_pause_ms",
        *OF_PROVIDERS,
        "artwork_budget",
        "cache_orphan_days",
        "player_timeout_seconds",
    ),
    "Connections": ("automation_paused", "webhook_quiet_seconds", "allowed_hosts"),
    "Accounts": (
        "session_idle_hours",
        "session_days",
        "trusted_proxies",
        "trusted_user_header",
        "trusted_user_role",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_label",
        "oidc_scopes",
        "oidc_name_claim",
        "oidc_role_claim",
        "oidc_roles",
        "oidc_new_role",
    ),
    "Approval": ("approval_risk", "approval_files", "approval_bytes", "approval_days"),
    "This dashboard": (
        "metadata_preview_page_size",
        "metadata_enable_inline_edit",
        "metadata_enable_websocket",
        "api_writes_per_minute",
    ),
    "Home": (
        "home",
        "home_wait_seconds",
        "snapshots",
        "query_download_limit",
        "log_retention_days",
        "audit_retention_days",
    ),
}
ADVANCED = frozenset(
    {
        "rewrite_warn_size",
        "metadata_operation_timeout_seconds",
        "max_operation_items",
        "executor",
        "probe_threads",
        "rescan_batch_size",
        "rescan_batch_pause_ms",
        "thumbnail_budget",
        "provider_cache_days",
        "enrich_concurrency",
        "enrich_pause_ms",
        *OF_PROVIDERS,
        "artwork_budget",
        "metadata_enable_websocket",
        "api_writes_per_minute",
        "log_retention_days",
        "audit_retention_days",
        "snapshots",
        "home",
        "home_wait_seconds",
    }
)
LABELS: Mapping[str, str] = {
    "metadata_max_concurrent_writes": "Concurrent writes",
    "preserve_mtime": "Keep modification times",
    "faststart": "MP4 fast start",
    "sidecar_name": "Name of new sidecars",
    "rewrite_warn_size": "Full copy warning",
    "metadata_operation_timeout_seconds": "Stall timeout, in seconds",
    "max_operation_items": "Operation size limit",
    "executor": "Worker type",
    "metadata_backup_retention_days": "Backup retention, in days",
    "backup_budget": "Backup budget",
    "placeholder_names": "Placeholder names",
    "probe_threads": "Concurrent reads",
    "rescan_batch_size": "Rescan batch size",
    "rescan_batch_pause_ms": "Rescan pause, in ms",
    "thumbnail_budget": "Thumbnail budget",
    "online": "Requests to providers",
    "metadata_language": "Language of titles",
    "metadata_region": "Country of releases",
    "provider_cache_days": "Cache of providers, in days",
    "enrich_concurrency": "Titles looked up at once",
    "enrich_pause_ms": "Pause between titles, in ms",
    **OF_PROVIDERS,
    "download_images": "Download pictures",
    "automation_paused": "Pause all automation",
    "webhook_quiet_seconds": "Quiet time of events",
    "allowed_hosts": "Other host names",
    "session_idle_hours": "A session ends without a request, in hours",
    "session_days": "A session ends in any case, in days",
    "trusted_proxies": "Addresses of reverse proxies",
    "trusted_user_header": "Header in which a proxy names the person",
    "trusted_user_role": "Role of a new person of a proxy",
    "oidc_issuer": "Address of the OpenID Connect provider",
    "oidc_client_id": "Id of Indexium at the provider",
    "oidc_label": "Name of the provider",
    "oidc_scopes": "Scopes of the request",
    "oidc_name_claim": "Claim that names a new person",
    "oidc_role_claim": "Claim with the groups of a person",
    "oidc_roles": "Roles of groups",
    "oidc_new_role": "Role of a new person of the provider",
    "approval_risk": "Risk from which work waits",
    "approval_files": "Files above which work waits",
    "approval_bytes": "Size above which work waits",
    "approval_days": "Requests expire after, in days",
    "artwork_budget": "Picture budget",
    "cache_orphan_days": "Unused pictures stay, in days",
    "player_timeout_seconds": "Time for an answer of a player, in s",
    "metadata_preview_page_size": "Rows per page",
    "metadata_enable_inline_edit": "Editing in the dashboard",
    "metadata_enable_websocket": "Live updates of pages",
    "api_writes_per_minute": "REST rate limit",
    "home": "Home folder",
    "home_wait_seconds": "Wait for the home, in seconds",
    "snapshots": "Snapshots for analysts",
    "query_download_limit": "Limit of a download of a query",
    "log_retention_days": "Log retention, in days",
    "audit_retention_days": "Audit log retention, in days",
}
ORIGINS = {
    "environment": ("environment", "note"),
    "file": ("set here", "safe"),
    "default": ("default", "note"),
    "start": ("start argument", "note"),
}


class SettingsForm(Component):
    """
    Every setting with its value, source and limits.

    Messages: `set` {name, value}, `unset` {name}, `define` {texts} (those of the form of a custom field), `redefine`
    {key, texts}, `remove` {key}, `requests` (a `privacy.RequestFilter`), `kept`, `connections`, `accounts`,
    `schedule` {name, cron, enabled} (None keeps a part), `run_schedule` {name}.
    """

    _esm = module("settings")
    _view = SettingsFormView
    _styles = ("house.css", "provider_requests.css")


def view(
    rows: Sequence[SettingRow], *, file: str, problem: Mapping[str, str] | None = None, artwork: str = ""
) -> dict[str, Any]:
    """Return the view of the page; settings without a group come last. `artwork`: what the cache of pictures has."""
    by_name = {row.name: row for row in rows}
    named = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, OTHERS: tuple(name for name in by_name if name not in named)}
    own = {OTHERS, *ADVANCED}
    notes = {"artwork_budget": artwork}
    shown = {
        title: [_row(by_name[name], notes.get(name, "")) for name in names if name in by_name]
        for title, names in groups.items()
    }

    def part(*, advanced: bool) -> list[SettingGroupView]:
        parts = {
            title: [row for row in each if (title in own or row["name"] in own) == advanced]
            for title, each in shown.items()
        }
        return [{"title": title, "rows": each} for title, each in parts.items() if each]

    return {
        "file": file,
        "problem": dict(problem) if problem else None,
        "groups": part(advanced=False),
        "advanced": part(advanced=True),
        "variables": [[row["label"], row["variable"]] for each in shown.values() for row in each],
    }


def _row(row: SettingRow, note: str) -> SettingView:
    origin, level = ORIGINS[row.source]
    return {
        "name": row.name,
        "variable": row.variable,
        "label": LABELS.get(row.name, row.name.replace("_", " ").capitalize()),
        "help": " ".join(filter(None, [_spoken(row.help) if row.kind == "switch" else row.help, note])),
        "kind": row.kind,
        "value": _grouped(row.value) if row.kind == "number" else row.value,
        "default": _grouped(row.default) if row.kind == "number" else row.default,
        "choices": list(row.choices),
        "origin": origin,
        "level": level,
        "counts": row.counts,
        "locked": row.locked,
        "own": row.source == "file",
    }


def _grouped(number: str) -> str:
    return wording.count(int(number))


def _spoken(text: str) -> str:
    """Return the text with on and off instead of true and false, like the switch."""
    return text.replace("True", "On").replace("False", "Off")
