"""
How each table survives the loss of the database.

A backup has every table. A snapshot has a copy of each table that no file holds, in its schema `home`, so that a
rebuild brings back everything that a person decided. A new table needs a line here: a test compares this list with the
database.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Survival(enum.Enum):
    """How the rows of a table survive the loss of the database."""

    DECIDED = "decided"  # a person decided them: every snapshot has them, and a change of them leads to a snapshot
    RECORDED = "recorded"  # Indexium recorded them, and no file holds them: every snapshot has them
    PARTLY = "partly"  # the files hold most of them: every snapshot has the rest, and the next scan reads the files
    REPEATED = "repeated"  # without a backup, it is done again: by Indexium, or, for passwords and tokens, by a person
    COMPUTED = "computed"  # they are computed again from other tables; a rebuild does not copy them


_OF: dict[Survival, str] = {
    Survival.DECIDED: """
        approval_entries approval_items approvals
        asset_selection_config check_dismissals custom_fields decisions declined_people edit_templates field_locks
        legacy_files libraries library_automation_config people person_aliases person_merges players rejected_assets
        saved_queries saved_views side_file_choices step_aliases step_assignments step_people steps title_assignments
        user_identities user_libraries users video_people webhook_sources
    """,
    Survival.RECORDED: """
        account_events asset_candidates audit_events cache_inventory changers copied_people episodes face_suggestions
        file_changers film_evidence film_hashes
        item_side_files job_dependencies job_queue metadata_history metadata_operation_items metadata_operations
        movies nfo_problems operation_state player_keeps player_messages program_makers provider_requests publish_log
        published_files requests schedules schema_migrations seasons sender_ids series side_file_flips title_changers
        title_enrichment title_external_ids title_files title_matches title_searches title_values touched_files
        webhook_events
    """,
    Survival.PARTLY: "media_properties scanned_files",
    Survival.REPEATED: """
        api_tokens events finished_upgrades hash_cache player_contacts player_reads provider_cache recovery_codes
        second_factors
        title_names user_credentials user_sessions webhook_files
    """,
    Survival.COMPUTED: """
        id_kinds issue_sets plan_marks plan_rows plan_variants plans provider_ids provider_ranks publication_rows
    """,
}
TABLES: Mapping[str, Survival] = MappingProxyType(
    {table: survival for survival, tables in _OF.items() for table in tables.split()}
)
KEPT = frozenset({Survival.DECIDED, Survival.RECORDED, Survival.PARTLY})  # of these, every snapshot has a copy


def of(*survivals: Survival) -> list[str]:
    """Return the tables that survive in one of these ways, in alphabetical order."""
    return sorted(table for table, survival in TABLES.items() if survival in survivals)
