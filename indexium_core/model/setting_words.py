"""The settings as people find them: the label of each, in groups, and those that few people need."""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.providers.registry import PROVIDERS

_OF_PROVIDERS = {each.name: each.label for provider in PROVIDERS.values() for each in provider.settings}
GROUPS: Mapping[str, Mapping[str, str]] = {
    "Writing": {
        "metadata_max_concurrent_writes": "Concurrent writes",
        "preserve_mtime": "Keep modification times",
        "faststart": "MP4 fast start",
        "sidecar_name": "Name of new sidecars",
        "rewrite_warn_size": "Full copy warning",
        "metadata_operation_timeout_seconds": "Stall timeout, in seconds",
        "max_operation_items": "Operation size limit",
        "executor": "Worker type",
    },
    "Backups": {
        "metadata_backup_retention_days": "Backup retention, in days",
        "backup_budget": "Backup budget",
    },
    "People": {"placeholder_names": "Placeholder names"},
    "Scanning": {
        "probe_threads": "Concurrent reads",
        "rescan_batch_size": "Rescan batch size",
        "rescan_batch_pause_ms": "Rescan pause, in ms",
        "thumbnail_budget": "Thumbnail budget",
    },
    "Privacy": {"online": "Requests to providers", "download_images": "Download pictures"},
    "Films and series": {
        "metadata_language": "Language of titles",
        "metadata_region": "Country of releases",
        "provider_cache_days": "Cache of providers, in days",
        "enrich_concurrency": "Titles looked up at once",
        "enrich_pause_ms": "Pause between titles, in ms",
        **_OF_PROVIDERS,
        "artwork_budget": "Picture budget",
        "cache_orphan_days": "Unused pictures stay, in days",
        "player_timeout_seconds": "Time for an answer of a player, in s",
    },
    "Connections": {
        "automation_paused": "Pause all automation",
        "webhook_quiet_seconds": "Quiet time of events",
        "allowed_hosts": "Other host names",
    },
    "Accounts": {
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
    },
    "Approval": {
        "approval_risk": "Risk from which work waits",
        "approval_files": "Files above which work waits",
        "approval_bytes": "Size above which work waits",
        "approval_days": "Requests expire after, in days",
    },
    "This dashboard": {
        "metadata_preview_page_size": "Rows per page",
        "metadata_enable_inline_edit": "Editing in the dashboard",
        "metadata_enable_websocket": "Live updates of pages",
        "api_writes_per_minute": "REST rate limit",
    },
    "Home": {
        "home": "Home folder",
        "home_wait_seconds": "Wait for the home, in seconds",
        "snapshots": "Snapshots for analysts",
        "query_download_limit": "Limit of a download of a query",
        "log_retention_days": "Log retention, in days",
        "audit_retention_days": "Audit log retention, in days",
    },
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
        *_OF_PROVIDERS,
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
GROUP_OF: Mapping[str, str] = {name: group for group, labels in GROUPS.items() for name in labels}
LABELS: Mapping[str, str] = {name: label for labels in GROUPS.values() for name, label in labels.items()}
PLACES: Mapping[str, int] = {name: place for place, name in enumerate(LABELS)}
