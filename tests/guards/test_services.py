"""The service classes of the earlier program, with their methods and defaults."""

from __future__ import annotations

import inspect
from typing import Any

from indexium_core.flows.artwork.artwork_manager import ArtworkManager
from indexium_core.flows.artwork.cache_service import CacheService
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.home.backups import BackupManager
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.flows.writing.writer import MetadataWriter
from tests.support.cases import each_case

SERVICES: dict[type, dict[str, dict[str, Any]]] = {
    MetadataPlanner: {
        "generate_plan": {"file_hashes": None, "include_blocked": True},
        "categorize_items": {"items": ...},
        "calculate_statistics": {"plan": ...},
        "filter_items": {"items": ..., "filters": ...},
    },
    MetadataWriter: {
        "start_operation": {"items": ..., "options": None},
        "get_operation_status": {"operation_id": ...},
        "pause_operation": {"operation_id": ...},
        "resume_operation": {"operation_id": ...},
        "cancel_operation": {"operation_id": ...},
        "write_single_file": {"item": ..., "create_backup": True},
    },
    BackupManager: {
        "create_backup": {"file_hash": ..., "file_path": ..., "operation_item_id": ...},
        "restore_backup": {"operation_item_id": ...},
        "cleanup_old_backups": {"days_to_keep": 90},
    },
    ArtworkManager: {
        "download_artwork": {"url": ..., "title_id": ..., "type": ...},
        "generate_artwork_collage": {"title_ids": ..., "type": "grid"},
    },
    CacheService: {
        "store_asset": {"data": ..., "asset_type": ...},
        "retrieve_asset": {"content_hash": ...},
        "asset_exists": {"content_hash": ...},
    },
    HistoryService: {
        "record_operation": {"operation": ...},
        "get_operations": {"filters": None, "page": 1, "per_page": 50},
        "get_operation_details": {"operation_id": ...},
        "rollback_operation": {"operation_id": ...},
    },
}
METHODS = [(service, name) for service, methods in SERVICES.items() for name in methods]


@each_case(("service", "name"), METHODS, ids=[f"{service.__name__}.{name}" for service, name in METHODS])
def test_service_has_method_with_its_parameters(service: type, name: str) -> None:
    parameters = inspect.signature(getattr(service, name)).parameters

    positional = [p for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self"]
    found = {p.name: ... if p.default is p.empty else p.default for p in positional}
    assert found == SERVICES[service][name]
