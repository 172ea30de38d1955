"""
Which permission each call of a service needs, and what it concerns for an actor with some libraries.

A call that is not listed reads what every role may see: it needs `plan.read`. A test compares the list with the calls
that change something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from indexium_core.model.accounts.permissions import Permission

_CALLS: Mapping[Permission, str] = {
    # Of oneself: the services check whose they are.
    "plan.read": """
        identities.own identities.ticket identities.unlink_own
        second_factor.confirm second_factor.start second_factor.state second_factor.switch_off
        tokens.add tokens.list tokens.revoke users.change_own_password users.end_own_sessions
    """,
    "query.run": """
        queries.file_ids queries.frame queries.run queries.stream queries.values queries.write
        saved_queries.remove saved_queries.restore saved_queries.save snapshots.export_parquet
    """,
    "plan.edit": """
        approvals.approve approvals.comment approvals.reject approvals.withdraw
        changes.apply checks.ignore checks.ignore_all checks.resolve checks.resolve_all checks.unignore
        decisions.change_people decisions.decline decisions.edit decisions.end_postponements decisions.postpone
        decisions.replace_person decisions.revoke decisions.revoke_of decisions.set_all decisions.set_each
        decisions.set_favorite decisions.set_fields decisions.set_mode decisions.step locks.lock locks.set
        locks.unlock people.add people.add_to_files people.import_file people.take_from_files steps.redo
        steps.register steps.undo templates.apply templates.remove templates.save views.remove views.rename
        views.restore views.save views.set_default
    """,
    "people.edit": """
        people.merge people.remove people.remove_from people.rename people.set_picture people.split
        people.split_files people.unmerge
    """,
    "titles.edit": """
        artwork.download_artwork artwork.find_local artwork.generate_artwork_collage artwork.keep artwork.put
        enrichment.enrich_entity matches.accept matches.accept_id matches.confirm matches.ignore matches.later
        matches.reject matches.search matches.suggest matches.undo picture_search.search picture_selection.apply
        picture_selection.auto_select_assets picture_selection.choose_all picture_selection.choose_unscored
        picture_selection.reject_candidate picture_selection.release picture_selection.reselect_asset
        picture_selection.select_candidate picture_selection.take_back_rejection providers.details providers.match
        providers.pictures providers.search providers.season series.detect_and_organize_series titles.assign
        titles.assign_new titles.lock titles.plan_values titles.set titles.set_values titles.unassign titles.unlock
    """,
    "jobs.manage": """
        artwork_jobs.add artwork_jobs.add_if_allowed enrichment.schedule_library_enrichment
        enrichment.schedule_titles enrichment.schedule_video_enrichment hash_cache.clean jobs.cancel jobs.pause
        jobs.resume jobs.retry jobs.set_priority publications.refresh rescans.add rescans.run scans.add
        scans.cancel scans.run thumbnail_jobs.add titles.follow titles.identify verification.add
    """,
    "write.safe": """
        operations.cancel operations.cancel_idle operations.cancel_operation operations.pause_operation
        operations.rename operations.start_operation
    """,
    "write.any": """
        operations.begin operations.resume operations.resume_operation operations.write_single_file
        retries.start
    """,
    "rollback": "backups.restore_backup history.rollback_operation history.start_rollback operations.start_rollback",
    "publish": """
        disaster_recovery.restore_from_cache disaster_recovery.validate_integrity players.notify players.notify_players
        players.read_back publications.choose publications.discard_changes publications.publish
        publications.publish_bulk publications.publish_entity publications.restore publications.start
        publications.resume
    """,
    "libraries.manage": """
        inventory.add inventory.browse inventory.exclude_removal inventory.forget_missing
        inventory.media_removal inventory.missing_removal inventory.remove inventory.remove_empty_folders
        inventory.set_cast_people inventory.set_exclude inventory.set_kind inventory.set_media
        inventory.set_metadata_language inventory.set_modes inventory.set_write_ratings
        picture_selection.change_config publications.set_options scans.add_folders
    """,
    "settings.manage": """
        artwork.garbage_collect automation.change automation.pause backups.cleanup_old_backups
        backups.create_backup backups.tidy configuration.row configuration.set configuration.table
        database_backups.make database_backups.start disaster_recovery.drill fields.change fields.define
        fields.remove hash_cache.add_hashes hash_cache.clear_memory hash_cache.put
        hash_cache.remember history.record_operation jobs.tidy players.add players.change players.export_watched
        players.get players.import_watched players.list players.reads players.remove players.set_key players.test
        provider_keys.list provider_keys.remove provider_keys.set provider_keys.test providers.request_page
        rescans.prune_audit
        providers.requests providers.tidy schedules.run schedules.set snapshots.refresh snapshots.take
        snapshots.take_soon webhooks.add webhooks.change webhooks.event webhooks.events webhooks.get
        webhooks.list webhooks.new_secret webhooks.remove webhooks.repeat webhooks.send_test webhooks.try_path
    """,
    "users.manage": """
        identities.link identities.list identities.unlink second_factor.switch_off_of
        users.add users.change users.end_sessions users.get users.list users.remove users.sessions
        users.set_libraries users.set_password
    """,
}
REQUIRED: Mapping[str, Permission] = MappingProxyType(
    {call: permission for permission, calls in _CALLS.items() for call in calls.split()}
)
WRITES = "operations.start_operation"
_NAMING = """
    approvals.approve approvals.comment approvals.reject approvals.withdraw artwork.download_artwork
    artwork.generate_artwork_collage artwork.keep artwork_jobs.add backups.restore_backup
    decisions.revoke decisions.set_each disaster_recovery.restore_from_cache disaster_recovery.validate_integrity
    enrichment.enrich_entity enrichment.schedule_library_enrichment enrichment.schedule_titles
    enrichment.schedule_video_enrichment history.rollback_operation history.start_rollback inventory.exclude_removal
    inventory.forget_missing inventory.media_removal inventory.missing_removal inventory.remove_empty_folders
    inventory.set_cast_people inventory.set_exclude inventory.set_kind inventory.set_media
    inventory.set_metadata_language inventory.set_modes inventory.set_write_ratings jobs.cancel jobs.pause jobs.resume
    jobs.retry jobs.set_priority matches.accept matches.accept_id matches.confirm matches.ignore matches.later
    matches.reject matches.search matches.suggest operations.begin operations.cancel operations.cancel_idle
    operations.cancel_operation operations.pause_operation operations.rename operations.resume
    operations.resume_operation picture_search.search picture_selection.apply picture_selection.auto_select_assets
    picture_selection.change_config picture_selection.reject_candidate picture_selection.release
    picture_selection.reselect_asset picture_selection.select_candidate picture_selection.take_back_rejection
    publications.choose publications.discard_changes publications.publish_bulk publications.publish_entity
    publications.set_options retries.start scans.add scans.add_folders scans.run titles.assign titles.assign_new
    titles.identify titles.lock titles.plan_values titles.set titles.set_values titles.unassign titles.unlock
"""
# Changes whose arguments name what they concern, for actors with some libraries: all of it must belong to these.
OF_NAMED = frozenset(_NAMING.split())
_SEARCHING = """
    decisions.change_people decisions.decline decisions.edit decisions.end_postponements decisions.postpone
    decisions.replace_person decisions.revoke_of decisions.set_all decisions.set_favorite decisions.set_fields
    decisions.set_mode locks.lock locks.set locks.unlock operations.start_operation publications.publish
    publications.start rescans.add rescans.run steps.redo steps.undo templates.apply thumbnail_jobs.add verification.add
"""
# Changes of what a search or a selection finds: it finds nothing of other libraries.
OF_FOUND = frozenset(_SEARCHING.split())
_OWN_OR_SHARED = """
    identities.own identities.ticket identities.unlink_own providers.details providers.match providers.pictures
    providers.search providers.season second_factor.confirm second_factor.start second_factor.state
    second_factor.switch_off templates.remove templates.save titles.follow tokens.add tokens.list tokens.revoke
    users.change_own_password users.end_own_sessions views.remove views.rename views.restore views.save
    views.set_default
"""
# Changes of oneself, and of what belongs to no library.
OF_NO_LIBRARY = frozenset(_OWN_OR_SHARED.split())
_HOME = """
    artwork.cache_usage backups.records backups.use backups.verify changes.read database_backups.check
    database_backups.list doctor.run hash_cache.find hash_cache.stats inventory.folders inventory.propose_kind
    operations.check_tasks people.check_import people.root_for plans.confirmed_ids publications.computed
    queries.complete queries.fields queries.pandas_code rescans.payload schedules.get schedules.list thumbnails.cached
"""
# Reads that concern the whole home: not for actors with some libraries.
READS_OF_HOME = frozenset(_HOME.split())
# … and of these reads, which pages always make, they get nothing.
HIDDEN_READS: Mapping[str, Any] = MappingProxyType({"jobs.unrecorded": (), "scans.last": None, "scans.progress": None})
# Services that no token may call, whatever it may do: they say who may do what.
OF_PEOPLE = frozenset({"identities", "second_factor", "tokens", "users"})
# Calls that start work. Without their permission, who has `plan.edit` may propose the work, if approval is switched on.
PROPOSED = frozenset({WRITES, "history.start_rollback", "publications.start"})
PROPOSING: Permission = "plan.edit"
# Calls that continue an operation: who started it needs only what its pause needs, if it writes only safe files, or if
# another person approved it.
CONTINUED = frozenset({"operations.resume", "operations.resume_operation"})
CONTINUING: Permission = "write.safe"
_OWN = """
    artwork_jobs.follow_enrichment artwork_jobs.follow_identification configuration.follow
    disaster_recovery.follow_rollback
    enrichment.follow_acceptance enrichment.follow_confirmation enrichment.follow_identification
    matches.follow_identification publications.follow_rollback snapshots.follow_decision snapshots.on_event
    thumbnail_jobs.follow_scans titles.follow_scans webhooks.check_sender webhooks.receive
"""
# Calls of Indexium itself, at events and at the borders of the program: nobody's role decides about them.
INTERNAL = frozenset(_OWN.split())


_STARTED: Mapping[Permission, str] = {
    "write.any": "write",
    "rollback": "rollback",
    "publish": "publish player-notification player-reading",
    "settings.manage": "database_backup reaction recovery-drill snapshot watch-states webhook-events",
}
# What a person needs to start a kind of job, and so also to continue or to retry it; other kinds need `jobs.manage`.
TO_START: Mapping[str, Permission] = MappingProxyType(
    {kind: permission for permission, kinds in _STARTED.items() for kind in kinds.split()}
)


def permission_of(call: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> Permission:
    """Return the permission that a call with these arguments needs: a write that is not only safe needs more."""
    if call == WRITES:
        from indexium_core.model.operations.operation import WriteOptions  # here: each command imports this module

        options = named.get("options", arguments[1] if len(arguments) > 1 else None) or WriteOptions()
        return "write.safe" if set(options.risk) <= {"safe"} else "write.any"
    return REQUIRED.get(call, "plan.read")
