// Made from the calls of the library by `python -m tests.support.call_types`. Do not edit.

declare namespace Values {
type ActivityActor = {kind: "user" | "token" | "schedule" | "webhook" | "system" | "local"; id: string; name: string; total: number}
type ActivityPage = {items: ActivityRow[]; total: number; page: number; per_page: number}
type ActivityRow = {at: string; actor_kind: "user" | "token" | "schedule" | "webhook" | "system" | "local"; actor_id: string; actor_name: string; kind: "step" | "undo" | "operation" | "job" | "request" | "account"; id: number; text: string; state: string}
type Actor = {kind: "user" | "token" | "schedule" | "webhook" | "system" | "local"; id: string; name: string; columns: Record<string, string>}
type ApiToken = {id: number; user_id: number; user_name: string; name: string; permissions: ("plan.read" | "query.run" | "plan.edit" | "people.edit" | "titles.edit" | "jobs.manage" | "undo.any" | "write.safe" | "write.any" | "rollback" | "publish" | "libraries.manage" | "settings.manage" | "users.manage")[]; effective: ("plan.read" | "query.run" | "plan.edit" | "people.edit" | "titles.edit" | "jobs.manage" | "undo.any" | "write.safe" | "write.any" | "rollback" | "publish" | "libraries.manage" | "settings.manage" | "users.manage")[]; libraries: number[] | null; created_at: string; ends_at: string | null; has_ended: boolean; last_used_at: string | null; last_address: string; ends: string; used: string}
type Approval = {id: number; kind: "write" | "publish" | "rollback"; state: "waiting" | "approved" | "rejected" | "withdrawn" | "expired" | "done"; title: string; files: number; bytes: number; by_risk: Record<string, number>; reasons: string[]; digest: string; reverts_id: number | null; proposed_by: string; proposed_at: string; expires_at: string; decided_by: string | null; decided_at: string | null; note: string; operation_id: number | null; entries: ApprovalEntry[]; decided: string; ending: string; expires: string; is_as_proposed: boolean; items: string; noun: string; proposed: string; reason: string; risks: string; size: string; state_words: string; summary: string; why: string}
type ApprovalEntry = {at: string; action: "proposed" | "commented" | "changed" | "approved" | "rejected" | "withdrawn"; by: string; text: string; when: string; words: string}
type ApprovalItem = {item: string; name: string; path: string; number: number}
type ApprovalItemPage = {items: ApprovalItem[]; total: number; page: number; per_page: number}
type ApprovalNotice = {to_decide: number; proposed: number; own: number[]; text: string}
type ApprovalPage = {items: Approval[]; total: number; page: number; per_page: number}
type Artwork = {poster: string; backdrop: string; fanart: string[]}
type AsfPlace = {text: string; attribute: string; others: string[]; label: string; words: string}
type AssetCandidate = {id: number; entity_type: string; entity_id: number; asset_type: string; provider: string; provider_url: string; width: number | null; height: number | null; language: string; votes: number; vote_average: number; season: number | null; is_downloaded: boolean; content_hash: string | null; perceptual_hash: string | null; is_selected: boolean; is_rejected: boolean; created_at: string; preview_url: string; selected_by: string | null; selected_at: string | null; actor_kind: string | null; actor_id: string | null; selected_match: string | null; is_of_former_match: boolean; reject_reason: string; auto_score: number | null; score_parts: ScorePart[]; duplicate_of: number | null; address: string; chosen_by: string; chosen_when: string; is_by_person: boolean; label: string; language_text: string; size_text: string; slot: string; source: string; version: string; votes_text: string}
type AssetPage = {items: AssetCandidate[]; total: number; page: number; per_page: number}
type AssetSelectionConfig = {library_id: number; asset_type: string; min_count: number; max_count: number; min_width: number | null; min_height: number | null; prefer_language: string | null; weight_resolution: number; weight_votes: number; weight_language: number; weight_provider: number; phash_similarity_threshold: number; provider_priority: string[]}
type AssignmentRow = {path: string; file_hash: string | null; person: string; qualifier: string; aliases: string[]; origin: string; path_raw: string; previous_hashes: string[]}
type Attempt = {code: string; message: string}
type AuditEvent = {id: number; at: string; actor: string; action: string; file_id: number | null; field: string; old: string | null; new: string | null; job_id: number | null; file_path: string; after: string; before: string; done: string; field_place: number; label: string; source: string}
type AuditPage = {items: AuditEvent[]; total: number; page: number; per_page: number}
type AutomationConfig = {library_id: number; automation_mode: "manual" | "hybrid" | "automatic"; auto_enrich: boolean; auto_select_assets: boolean; auto_publish: boolean; webhook_enabled: boolean; webhook_auto_publish: boolean; scheduled_scan: boolean; night_limit: number; quiet_from: string; quiet_until: string; enriches: boolean; idle: string[]; publishes: boolean; quiet: string; restores: boolean; selects: boolean}
type BackupCheck = {operation_id: number; items: number; whole: number; in_force: number; restorable: number; problems: string[]; conflicts: string[]}
type BackupDetails = {operation_item_id: number; file_id: number; file_path: string; kind: string; bytes: number; comes_back: string; comment: string | null; ranges: RangePreview[]; range_count: number; kept_path: string; problem: string}
type BackupRecord = {id: number; operation_item_id: number; file_id: number; kind: string; bytes: number; created_at: string; expires_at: string}
type BackupUse = {items: OperationBackups[]; total: number; bytes: number; budget: number}
type BarPart = {kind: string; label: string; share: number}
type BmffPlace = {item: string; string: string; key: string; owner: string; others: string[]; unshown: string[]; boxes_3gp: string[]; label: string; items: string[]}
type BulkPeople = {files: number; copies: number; total: number; people: BulkPerson[]; own: number}
type BulkPerson = {name: string; files: number}
type CacheUsage = {budget_bytes: number; images: number; bytes: number; selected: number; selected_bytes: number; protected: number; protected_bytes: number; removable: number; removable_bytes: number; unused: number; summary: string}
type CacheUse = {hits: number; misses: number; hashed_bytes: number; seconds_saved: number; rate: number}
type Candidate = {provider: string; external_id: string; content_type: "movie" | "tv" | "unknown"; title: string; original_title: string; alternative_titles: string[]; year: number | null; original_language: string; countries: string[]; popularity: number; runtime_minutes: number | null; external_ids: Record<string, string>; plot: string; cast: string[]; poster_url: string; season_sizes: number[][]; ids: ExternalId[]; name: string; other_title: string; provider_name: string; runtime_text: string; titles: string[]}
type CastMember = {name: string; character: string; order: number; person_ids: Record<string, string>}
type Change = {field: string; old: string | null; new: string | null; where: string; segment: string | null}
type ChangePreview = {files: number; copies: number; changed: number; emptied: number; added: Record<string, number>; removed: Record<string, number>; examples: Example[]; more: number; notes: string; sentence: string; warning: string}
type ChangesPreview = {rows: FileChange[]; unchanged: number; errors: LineError[]; notes: string[]; conflicts: number; facts: string[][]; files: number; hint: string; loss: string}
type Check = {name: string; state: "ok" | "warning" | "problem"; message: string; remedy: string; details: Record<string, string>}
type CheckFile = {file_id: number; file_name: string; file_path: string; folder: string; library: string; people: string[]; named: string[]; known: string[]; is_planned: boolean; risk: string | null; resolution: string | null; duration: number | null; size: number; media: string; place: string}
type CheckGroup = {kind: "copies" | "differ" | "faces" | "spelling" | "unknown" | "ambiguous_person" | "placeholder" | "single" | "corruption" | "same_name" | "other_recording" | "copied_people" | "several_files" | "shared_id"; title: string; text: string; total: number; dismissed: number; at_once: number}
type CheckName = {name: string; is_known: boolean; assigned: number; named: number; files: number}
type CheckPage = {items: CheckRow[]; total: number; page: number; per_page: number}
type CheckRow = {kind: "copies" | "differ" | "faces" | "spelling" | "unknown" | "ambiguous_person" | "placeholder" | "single" | "corruption" | "same_name" | "other_recording" | "copied_people" | "several_files" | "shared_id"; subject: string; facts: number; title: string; text: string; files: CheckFile[]; file_count: number; names: CheckName[]; mends: Resolution[]; query: string; below: string; compared: ComparedFile[]; is_counted: boolean; is_of_file: boolean; shown_title: string; tags: CheckTag[]}
type CheckTag = {name: string; differs: boolean; note: string}
type CheckedRollback = {check: RollbackCheck; reasons: string[]; waiting_choices: string[]}
type CheckedTitle = {address: string; top: string; name: string; folder: string; status: string; text: string; level: string; glyph: string; message: string}
type CheckedTitles = {titles: CheckedTitle[]; bytes_to_write: number; seconds: number}
type CollectedImages = {images: number; bytes: number; days: number; is_dry_run: boolean; summary: string}
type ColumnFacts = {name: string; kind: string; filled: number; different: number; smallest: string; largest: string}
type Companion = {person_id: number; name: string; qualifier: string; files: number; label: string}
type ComparedFile = {file_name: string; file_path: string; place: string; media: string; names: ComparedNames[]}
type ComparedLine = {state: "kept" | "removed" | "added" | "folded"; parts: (Record<string, string | boolean>)[]; count: number}
type ComparedNames = {label: string; tags: CheckTag[]}
type Completion = {start: number; end: number; text: string; label: string; hint: string; count: number | null}
type ConflictItem = {id: number; file_id: number | null; entity_type: string | null; entity_id: number | null; title: string | null; file_path: string; status: string; code: string; message: string; previous_comment: string | null; new_comment: string | null; fields: (Record<string, string | null>)[]; side_files: ItemSideFile[]; tags_added: string[]; tags_removed: string[]; strategy: string; seconds: number | null; proof: Record<string, string>; processed_at: string | null; choices: string[]; attempts: Attempt[]; changed_fields: Record<string, string>[]; comments: Record<string, string>; facts: string[][]; field_changes: (Record<string, string | null>)[]; is_in_force: boolean; keeps_comment: boolean; name: string; proof_lines: string[]; reason: string; tags: Record<string, string>[]; tries: string[]}
type CreditedPerson = {name: string; part: string; filter: string}
type CrewMember = {name: string; job: string}
type CurrentWork = {running: FollowedOperation[]; jobs: FollowedJob[]; scan: ScanProgress | null; long_paused: FollowedJob[]; unrecorded: UnrecordedResults[]; interrupted: InterruptedWork[]; newest: EndedWork | null; requests: ApprovalNotice}
type CustomField = {key: string; title: string; type: "text" | "integer" | "date" | "datetime" | "list"; about: string; choices: string[]; lowest: number; highest: number; multiline: boolean; tag: string; mp4: string; xmp: string; namespace: string; field: Field; limits: string; names: CustomNames}
type CustomNames = {tag: string; mp4_owner: string; mp4_name: string; xmp_prefix: string; xmp_name: string; xmp_namespace: string}
type DangerousFile = {file_id: number; name: string; path: string; labels: string[]; texts: LostText[]; people: string[]; message: string}
type DangerousFilePage = {items: DangerousFile[]; total: number; page: number; per_page: number}
type DangerousTitle = {address: string; name: string; folder: string; labels: string[]; files: ItemSideFile[]; message: string}
type DatabaseBackup = {name: string; kind: string; path: string; created_at: string; size: number}
type DecisionReport = {files: number; found: number; copies: number; copy_files: FileCopy[]; added: Record<string, number>; removed: Record<string, number>; without_value: number; invalid: number; invalid_reason: string; locked: number; unsupported: number; step_id: number | null; label: string; copies_text: string; sentence: string; text: string; unsupported_text: string}
type DescribedSearch = {query: string; filter_count: number; finds_skipped: boolean; is_review: boolean; parts: SearchPart[]; text: string; without_risk: string}
type DryRunFile = {file_id: number | null; name: string; path: string; status: string; level: string; glyph: string; message: string}
type DryRunFilePage = {items: DryRunFile[]; total: number; page: number; per_page: number}
type DryRunOutcome = {text: string; level: string; glyph: string; count: string}
type DryRunState = {ticket: string; done: number; total: number; ready: number; is_done: boolean; facts: string[][]; level: string; outcomes: DryRunOutcome[]; verdict: string}
type DueTitles = {titles: number; videos: number; names: string[]; waiting: WaitingTitles[]; fresh: number; unknown: number; questions: number; is_proposed: boolean; estimated_minutes: number; reason: string; names_text: string; text: string}
type EditChoices = {fields: EditableField[]; placeholders: RulePlaceholder[]; more_about_rules: string; properties: EditableProperty[]}
type EditableField = {key: string; title: string; about: string; example: string; rules: OfferedRule[]}
type EditableProperty = {key: string; label: string; is_on_request: boolean}
type EmptyFolderReport = {path: string; folders: string[]; removed: number; problems: string[]}
type EndedWork = {operation: MetadataOperation; seen_at: string; can_roll_back: boolean; files: string; has_problems: boolean; id: number; is_good: boolean; note: string; text: string}
type EnrichedMetadata = {source: string; confidence: number; last_enriched: string | null; external_ids: Record<string, string>; plot: string; cast: CastMember[]; crew: CrewMember[]; ratings: ExternalRatings; votes: ExternalVotes; artwork: Artwork; genres: string[]; keywords: string[]; release_date: string | null; runtime_minutes: number | null; content_rating: string}
type EnrichmentProgress = {job_id: number; status: "waiting" | "active" | "completed" | "failed"; progress: number; processed_videos: number; total_videos: number; started_at: string | null; completed_at: string | null; estimated_completion: string | null}
type EnrichmentStats = {total_videos: number; enriched_videos: number; enrichment_percentage: number; source_breakdown: Record<string, number>; average_confidence: number; last_enrichment: string | null}
type EpisodeEntry = {id: number; season: number | null; episode: number | null; absolute: number | null; aired: string | null; title: string; file_ids: number[]; code: string}
type EpisodeGap = {season: number; first: number | null; last: number | null; text: string}
type Event = {id: number; name: string; at: string; data: Record<string, string>; is_progress: boolean; job_id: number | null}
type Example = {file_id: number; file_name: string; file_path: string; before: string[]; after: string[]; tags: Record<string, string>[]}
type ExampleTitle = {name: string; files: ItemSideFile[]}
type ExternalId = {provider: string; value: string; is_valid: boolean}
type ExternalRatings = {imdb: number | null; tmdb: number | null; rotten_tomatoes: number | null; metacritic: number | null}
type ExternalVotes = {imdb: number | null; tmdb: number | null}
type Facet = {key: string; values: FacetValue[]; total: number; all_of: boolean}
type FacetValue = {value: string; label: string; files: number; chosen: boolean}
type Facets = {plan_id: number; query: string; facets: Record<string, Facet>}
type Field = {key: string; title: string; type: "people" | "text" | "integer" | "rating" | "date" | "datetime" | "list"; about: string; stored: Places; lowest: number; highest: number; multiline: boolean; choices: string[]; custom: boolean; limits: Record<string, ValueLimit>; places: Record<string, string>; utc_in: string[]}
type FieldChangeCount = {field: string; files: number; replaced: number; removed: number}
type FieldDetails = {field: string; title: string; value: string | null; planned: string | null; origin: string; since: string | null; locked: boolean; problem: string; shown: ShownField[]}
type FieldEdit = {field: string; before: string | null; after: string | null}
type FieldExample = {file_id: number; file_name: string; field: string; before: string | null; after: string | null; problem: string; tags: Record<string, string>[]}
type FieldLock = {file_id: number; field: string; locked_by: string; locked_at: string; origin: string; file_path: string; value: string | null; display: string; text: string}
type FieldValue = {field: string; where: string; value: string; takes_segment: boolean; takes_value: boolean; moves: boolean; ascii_only: boolean; shown: string}
type FieldWithoutValue = {field: string; label: string}
type FieldsPreview = {files: number; copies: number; changed: number; without_value: number; invalid: number; invalid_reason: string; locked: number; unsupported: number; by_field: Record<string, number>; planned: number; skipped: number; examples: FieldExample[]; more: number; notes: string; warning: string; why_nothing: string}
type FileChange = {line: number; file_id: number; file_name: string; file_path: string; before: string[]; after: string[] | null; postponed: boolean | null; until: string | null; people_mode: string | null; comment_mode: string | null; fields: FieldEdit[]; removes_everyone: boolean; conflict: string; added: string[]; chips: Record<string, string>[]; message: string; removed: string[]; tags: Record<string, string>[] | null}
type FileChangePage = {items: FileChange[]; total: number; page: number; per_page: number}
type FileCopy = {file_id: number; file_path: string}
type FileDetails = {file_id: number; file_path: string; path_raw: string; file_name: string; file_ext: string; folder: string; library_id: number; library: string; library_path: string; library_state: string; library_reason: string; state: string; state_message: string; size: number; mtime: string; nlink: number; read_only: boolean; file_hash: string | null; container: string; media_kind: "video" | "audio" | "photo" | null; duration: number | null; first_seen_at: string; scanned_at: string; streams: StreamFacts[]; tags: TagPlace[]; comment: string | null; comment_fields: FieldValue[]; fields: Record<string, string>; field_details: FieldDetails[]; fields_differ: boolean; people: PersonDetails[]; copies: FileCopy[]; copies_total: number; decisions: StandingDecision[]; strategy: string; strategy_words: string; strategy_why: string; strategy_code: string; est_seconds: number; est_bytes: number; readings: Reading[]; history: FileEvent[]; history_total: number; plan: PlanItem | null; properties: FileProperty[]; read_with: string; properties_read_at: string | null; properties_problem: string; shown_at: string; date_source: "edit" | "taken" | "field" | "name" | "file" | null; rollback_days: number; caption: string[]; comment_parts: Record<string, string>; comment_texts: Record<string, string>[]; copies_text: string; disk_facts: string[][]; field_names: Record<string, string>; field_rows: Record<string, string>[]; folder_text: string; has_picture: boolean; is_shown_by_browsers: boolean; item: PlanItem; keeps_comment: boolean; main_facts: string[]; method_facts: string[][]; newest_decision: number; offers: Record<string, string>; origin_sum: string; picture_version: string; place: string; program_rows: string[][]; read_text: string; same_texts: string[][]; stream_facts: string[][]; tag_facts: Record<string, string>[]}
type FileEvent = {operation_id: number; item_id: number; operation_type: string; at: string; note: string; status: string; code: string; message: string; before: string | null; after: string | null; tags_added: string[]; tags_removed: string[]; fields: Change[]; strategy: string; can_rollback: boolean; exact: boolean; rollback_until: string | null; rollback_reason: string; change_tags: Record<string, string>[]; changed_fields: Record<string, string>[]; comments: Record<string, string>; keeps_comment: boolean; rollback_text: string; state: string[]; title: string; when_text: string}
type FileFact = {name: string; text: string; source: string; source_text: string}
type FileMove = {item: TitleItem; gone: number[]; step_id: number; text: string}
type FilePage = {items: ListedFile[]; total: number; page: number; per_page: number}
type FileProperty = {field: string; label: string; value: string | number | null; text: string; lock: FieldLock | null}
type FolderComparison = {library_id: number; path: string; known: number; gone: number; new: number; with_people: number; reason: string}
type FolderListing = {path: string; parent: string; places: FolderSuggestion[]; folders: FolderSuggestion[]; problem: string}
type FolderRule = {theirs: string; ours: string}
type FolderSuggestion = {path: string; name: string; known: boolean}
type FollowedItem = {item: ItemDetails; share: number | null; is_ended: boolean; operation_type: string; changes: string; glyph: string; id: number; level: string; name: string; path: string; state: string; text: string}
type FollowedItemPage = {items: FollowedItem[]; total: number; page: number; per_page: number}
type FollowedJob = {id: number; job_type: string; title: string; priority: number; status: string; payload: Record<string, string>; progress_current: number; progress_total: number | null; progress_message: string; rate: number; eta_seconds: number | null; counters: Record<string, number>; retry_count: number; max_retries: number; next_retry_at: string | null; depends_on: number[]; created_at: string | null; started_at: string | null; completed_at: string | null; heartbeat_at: string | null; error_message: string; summary: Record<string, string>; is_cancellable: boolean; cancelled_at: string | null; paused_at: string | null; paused_by: string; operation_id: number | null; seconds: number; stalled: boolean; operation: OperationStatus | null; actions: ("pause" | "resume" | "resolve" | "retry" | "cancel")[]; added: string; cancel_effect: string; ended: string; facts: string[][]; gauge: JobGauge; has_ended: boolean; is_long_paused: boolean; is_resumable: boolean; long_pause_text: string; name: string; outcome: string[][]; pace: string; pause_text: string; state: string; text: string}
type FollowedJobPage = {items: FollowedJob[]; total: number; page: number; per_page: number}
type FollowedOperation = {operation: MetadataOperation; status: OperationStatus; can_resume: boolean; can_rollback: boolean; cancel_effect: string; counts: Record<string, number>; current: string; done: number; has_problems: boolean; id: number; left: number; noun: string; pace: string; parts: BarPart[]; progress_note: string; progress_text: string; report: string[]; rest: string; retryable: number; started: string; state: string; title: string; total: number; total_text: string; type: string; verb: string; words: Record<string, string>}
type HashCacheStats = {entries: number; sampled: number; full: number; stale: number; verified: number; differing: number; in_memory: number; last_scan: CacheUse | null}
type HistoryTerm = {kind: string; text: string; label: string; rest: string}
type HistoryTotals = {operations: number; written: number; refused: number; rolled_back: number; success_text: string}
type Holder = {operation_id: number; status: string; files: number}
type HomeNumbers = {planned: number; files: number; titles: number; to_decide: number; to_approve: number; operations: number; open_jobs: number; folders: number; online_folders: number; folder_text: string; scanned_at: string | null; scan: ScanProgress | null; scan_text: string; done_percent: number | null; has_titles: boolean; has_accounts: boolean}
type HomeSummary = {home: string; folders: number; files: number; plan_id: number | null; plan: PlanStatistics | null; written_id: number | null; written_at: string | null; written_files: number}
type IdempotentRequest = {key: string; mark: string; answer: Record<string, string>}
type IdentifiedTitle = {item: TitleItem; values: TitleValue[]; files: TitleFile[]; children: TitleItem[]; gaps: EpisodeGap[]; nfo_problems: Record<string, string>; about: string; addable: FieldWithoutValue[]; can_plan: boolean; cast: CreditedPerson[]; crew: CreditedPerson[]; listed_values: TitleValue[]; nfo_sentences: string[]; plot: string}
type ImageCandidate = {provider: string; kind: "poster" | "backdrop" | "logo" | "banner" | "still" | "thumb" | "clearart" | "disc"; url: string; width: number | null; height: number | null; language: string; votes: number; vote_average: number; season: number | null; preview_url: string}
type ImportCheck = {report: ImportReport; rows: number; people: number; waiting: WaitingRow[]; waiting_rows: number; relative: boolean; root: string; has_rows: boolean; rejected_lines: ImportLines; skipped_lines: ImportLines; summary: string; unmatched_lines: ImportLines; waiting_lines: ImportLines}
type ImportLine = {where: string; text: string}
type ImportLines = {rows: ImportLine[]; total: number; more: string}
type ImportReport = {matched: number; waiting: number; rejected: RejectedRow[]; skipped: RejectedRow[]; added: number; files: number; copies: number; copy_files: FileCopy[]; step_id: number | null; suggestions: number; operations: number; known_operations: number; by_hash: number; by_path: number; unmatched: UnmatchedFile[]; problems: string[]; content: string; legacy_facts: string[]; text: string; waiting_hint: string}
type InterruptedCount = {outcome: "written" | "restored" | "skipped" | "failed" | "conflict" | "unknown" | "undone" | "not_started"; label: string; files: number}
type InterruptedFile = {item_id: number; file_id: number; file_path: string; outcome: "written" | "restored" | "skipped" | "failed" | "conflict" | "unknown" | "undone" | "not_started"; code: string; message: string; file_name: string; label: string}
type InterruptedOperation = {operation: MetadataOperation; counts: Record<string, number>; files: InterruptedFile[]; resumes_automatically: boolean; is_postponed: boolean; description: string; id: number; outcomes: InterruptedCount[]; promise: string; remaining: number; resume_text: string; rollback_text: string; stop_reason: string; successes: number; title: string; total: number}
type InterruptedWork = {operation: MetadataOperation; id: number; left: number; note: string; restorable: number; text: string}
type Issue = {code: string; message: string; severity: string; label: string; remedy: string; text: string}
type ItemDetails = {id: number; file_id: number | null; entity_type: string | null; entity_id: number | null; title: string | null; file_path: string; status: string; code: string; message: string; previous_comment: string | null; new_comment: string | null; fields: (Record<string, string | null>)[]; side_files: ItemSideFile[]; tags_added: string[]; tags_removed: string[]; strategy: string; seconds: number | null; proof: Record<string, string>; processed_at: string | null; attempts: Attempt[]; changed_fields: Record<string, string>[]; comments: Record<string, string>; facts: string[][]; field_changes: (Record<string, string | null>)[]; is_in_force: boolean; keeps_comment: boolean; name: string; proof_lines: string[]; reason: string; tags: Record<string, string>[]; tries: string[]}
type ItemSideFile = {path: string; kind: string; action: string}
type Job = {id: number; job_type: string; title: string; priority: number; status: string; payload: Record<string, string>; progress_current: number; progress_total: number | null; progress_message: string; rate: number; eta_seconds: number | null; counters: Record<string, number>; retry_count: number; max_retries: number; next_retry_at: string | null; depends_on: number[]; created_at: string | null; started_at: string | null; completed_at: string | null; heartbeat_at: string | null; error_message: string; summary: Record<string, string>; is_cancellable: boolean; cancelled_at: string | null; paused_at: string | null; paused_by: string; operation_id: number | null; seconds: number; stalled: boolean; has_ended: boolean; is_resumable: boolean; pause_text: string}
type JobGauge = {done: number; total: number | null; bad: number; going: number}
type JobLog = {lines: Record<string, string>[]; next: number}
type JobPage = {items: Job[]; total: number; page: number; per_page: number}
type KeyState = {name: string; provider: string; label: string; origin: "environment" | "file" | ""}
type KeyTest = {provider: string; accepted: boolean; message: string}
type KindCounts = {kind: string; title: string; states: Record<string, number>}
type KindProposal = {kind: "home" | "movies" | "series" | "mixed" | "educational" | "other"; videos: number; photos: number; reason: string; is_partial: boolean}
type LevelCount = {level: string; files: number; hint: string; is_chosen: boolean}
type LibraryAutomation = {config: AutomationConfig; library: string; kind: string; is_publishing: boolean; titles: number; waiting: number; published: number; summary: string; about: string; library_id: number; limit: string}
type LibraryDetails = {library_id: number; name: string; path: string; path_bytes: string; device: number | null; free_bytes: number | null; state: string; state_reason: string; people_mode: string | null; comment_mode: string | null; audio: boolean; photos: boolean; exclude: string[]; file_count: number; scanned_at: string | null; write_ratings: string; kind: "home" | "movies" | "series" | "mixed" | "educational" | "other"; cast_people: string; metadata_language: string; bytes: number; states: Record<string, number>; problem: string; remedy: string; promise: string; file_system: string; about: string; holds_titles: boolean; is_online: boolean; media_kinds: ("video" | "audio" | "photo")[]; scanned_text: string}
type LibraryPublishing = {library_id: number; name: string; options: PublishOptions; proposed: "off" | "nfo" | "artwork" | "both"; usual: PublishOptions; pictures: PictureKind[]}
type LibraryRow = {library_id: number; name: string; path: string; path_bytes: string; device: number | null; free_bytes: number | null; state: string; state_reason: string; people_mode: string | null; comment_mode: string | null; audio: boolean; photos: boolean; exclude: string[]; file_count: number; scanned_at: string | null; write_ratings: string; kind: "home" | "movies" | "series" | "mixed" | "educational" | "other"; cast_people: string; metadata_language: string; holds_titles: boolean; media_kinds: ("video" | "audio" | "photo")[]}
type LineError = {line: number; message: string}
type LineErrorPage = {items: LineError[]; total: number; page: number; per_page: number}
type ListComparison = {done: number; total: number}
type ListNumber = {query: string; key: string; value: string; label: string; files: number; is_chosen: boolean; turned: string}
type ListedFile = {file_id: number; file_name: string; file_path: string; folder: string; library: string; size: number; container: string; state: string; message: string; people: string[]; named: string[]; text: string; copies: number; place: string}
type LockReport = {files: number; changed: number; by_edit: number}
type LostText = {where: string; text: string}
type MatchCandidate = {position: number; candidate: Candidate; score: number; reasons: MatchReason[]; conflict: string; state: string; key: string; label: string}
type MatchDecision = {candidates: ScoredCandidate[]; accepted: ScoredCandidate | null; explanation: string; missing: ("title" | "year" | "runtime" | "seasons" | "cast" | "id" | "answers")[]; titles: ScoredCandidate[]}
type MatchPage = {items: MatchQuestion[]; total: number; page: number; per_page: number; counts: Record<string, number>}
type MatchQuestion = {item: TitleItem; state: "open" | "later" | "accepted" | "none" | "failed" | "ignored" | "unsearched" | "maybe"; explanation: string; evidence: string[]; missing: ("title" | "year" | "runtime" | "seasons" | "cast" | "id" | "answers")[]; search_title: string; search_year: number | null; search_id: string; facts: FileFact[]; by_hand: boolean; files: TitleFile[]; candidates: MatchCandidate[]; others: TitleItem[]; other_count: number; same_count: number; decided_by: string; decided_at: string | null; revision: string; accepted: MatchCandidate | null; evidence_against: string[]; evidence_for: string[]; length_text: string; marked_name: string[][]; missing_text: string; offers: MatchCandidate[]; others_text: string; searched_text: string; shown_file: TitleFile | null; state_text: string; title_id: number; why: string}
type MatchReason = {code: "id" | "title" | "words" | "year" | "popularity" | "no_year" | "runtime" | "seasons" | "country" | "cast" | "same_runtime" | "same_seasons" | "same_country" | "same_cast" | "same_titles" | "namesakes"; text: string; points: number; has_points: boolean; level: "yes" | "partly" | "no" | "neutral"; share: number}
type MatchResult = {decision_id: number; description: string; titles: number; files: number; job_id: number | null; replaced: string}
type MatroskaPlace = {names: string[]; level: number; kind: string; kinds: string[]; all_equal: boolean; label: string; words: string}
type MediaFacetValue = {key: string; value: string; files: number; query: string; is_chosen: boolean; label: string; turned: string}
type MediaOverview = {list_id: string; query: string; sort: string; total: number; size: number; kinds: Record<string, number>; favorites: number; unrated: number; without_people: number; offline: number; sections: Section[]; months: Month[]; chosen: Record<string, number>; contents: string; numbers: ListNumber[]; parts: SearchPart[]; people_text: string}
type MetadataOperation = {id: number; operation_id: number; operation_type: "write" | "rollback" | "publish"; status: string; started_at: string; completed_at: string | null; file_count: number; success_count: number; failure_count: number; skipped_count: number; conflict_count: number; unknown_count: number; outcomes: Record<string, number>; seconds: number; user_note: string; user_action: string; source: string; error_message: string; reverts_id: number | null; can_rollback: boolean; rollback_reason: string; comment_only: number; origin: string; approved_by: string; about: string; actor: Actor; adds_people: boolean; can_resume: boolean; is_active: boolean; is_reversible: boolean; items_text: string; kept_text: string; kind_name: string; name: string; noun: string; outcome_text: string; people: string; people_text: string; problems_text: string; remaining: number; result_text: string; reverts_text: string; rollback_blocker: string; rollback_text: string; rollback_until: string; rounded_seconds: number; started: string}
type Month = {month: string; first: number; files: number}
type NewSecret = {source: WebhookSource; secret: string}
type NewToken = {token: ApiToken; secret: string}
type NfoLine = {state: "kept" | "removed" | "added" | "folded"; text: string; count: number}
type OfferedRule = {label: string; rule: string}
type OperationBackups = {operation_id: number; operation_type: string; status: string; items: number; kinds: Record<string, number>; bytes: number; gone: number; created_at: string; expires_at: string}
type OperationCounts = {by_status: Record<string, number>; by_type: Record<string, number>}
type OperationDetails = {items: ItemDetails[]; items_total: number; page: number; per_page: number; progress: OperationStatus; retryable: number; states: Record<string, string[]>}
type OperationPerson = {name: string; files: number; able: number}
type OperationStatus = {counts: Record<string, number>; current: number; total: number; current_file: string; rate: number; eta_seconds: number | null; bytes_done: number; bytes_total: number; working: Record<string, number>; fractions: Record<string, number>; pausing: boolean; idle: boolean; can_resume: boolean; current_text: string; finished: boolean; outcomes: Record<string, number>; words: Record<string, string>}
type OperationStory = {operation: MetadataOperation; options: Record<string, string>; items: ItemDetails[]; page: number; per_page: number; rolled_back_by: number[]; job: Job | null; happenings: StoryEvent[]; log: Record<string, string>[]}
type Origin = {origin: string; since: string | null; spelt: string; qualifier: string}
type PaginatedOperations = {items: MetadataOperation[]; total: number; page: number; per_page: number}
type PathTrial = {path: string; here: string; rule: string; library_id: number | null; library: string; folder: string; exists: boolean; size: number | null; anchor: string; is_anchored: boolean; problem: string; anchor_state: "no_library" | "no_folder" | "unused" | "found" | "missing"; there: string; unmapped: string}
type PersonCard = {person_id: number; name: string; qualifier: string; aliases: string[]; files: number; first_year: number | null; last_year: number | null; picture_id: number | null; picture_hash: string | null; picture_mtime_ns: number | null; label: string; other_names: string[]; picture_version: string; years: string}
type PersonChange = {text: string; files: number; comments: number; step_id: number | null}
type PersonDetails = {name: string; origins: Origin[]; state: string; origins_text: string}
type PersonFile = {file_id: number; file_name: string; path: string; folder: string; file_hash: string | null; mtime_ns: number; has_picture: boolean; picture_version: string; place: string}
type PersonOffer = {card: PersonCard; is_meant: boolean; reason: string}
type PersonPage = {items: PersonCard[]; total: number; page: number; per_page: number}
type PersonProfile = {card: PersonCard; companions: Companion[]; files: PersonFile[]; merged: string[]; has_shared_name: boolean; plan_query: string}
type PersonRow = {person_id: number; name: string; qualifier: string; aliases: string[]; files: number; written: number; label: string}
type PictureChange = {slot: string; title: string; old: AssetCandidate | null; new: AssetCandidate | null; title_id: number}
type PictureChoices = {language: string; languages: Record<string, string>; providers: Record<string, string>}
type PictureDecision = {step_id: number | null; summary: string; titles: number; selected: number[]}
type PictureKind = {value: string; label: string}
type PictureSearchResult = {provider: string; label: string; state: "found" | "none" | "failed"; total: number; message: string}
type Places = {bmff: BmffPlace | null; matroska: MatroskaPlace | null; asf: AsfPlace | null; avi: string; flv: string; ogg: string[]; xmp: XmpPlace | null; limits: Record<string, ValueLimit>; ffmpeg: Record<string, string[]>; percent_in: string[]; programs: Record<string, Record<string, string>>}
type PlanItem = {file_id: number; file_hash: string | null; file_path: string; file_name: string; file_ext: string; size: number; mtime: string; mtime_ns: number; container: string; library: string; folder: string; duration: number | null; db_people: string[]; existing_people: string[]; result_people: string[]; tags_to_add: string[]; tags_to_remove: string[]; existing_comment: string | null; result_comment: string | null; changes: Change[]; category: string; risk_level: string; can_update: boolean; issues: Issue[]; strategy: string; est_seconds: number; est_bytes: number; edited: boolean; postponed: boolean; people_mode: string; comment_mode: string; cost_text: string; field_changes: Change[]; folder_text: string; grave_issues: Issue[]; is_selectable: boolean; mark: string; method: string; more_tags: number; ordered_issues: Issue[]; people_tags: Record<string, string>[]; place: string; place_in_home: string; reason: string; row_tags: Record<string, string>[]; size_text: string; why: string}
type PlanNumbers = {plan_id: number; search: DescribedSearch; listed: number; found: PlanStatistics; beside: PlanStatistics; everything: PlanStatistics; warning_reasons: Record<string, number>; volume: number; able: number; safe: number; folders: number; wider: Wider[]; changing: number; export_text: string; headline: string; levels: LevelCount[]; skipped: number; summary: string; to_review: number; whole_export_text: string}
type PlanPage = {items: PlanItem[]; total: number; page: number; per_page: number; statistics: PlanStatistics; plan_id: number}
type PlanQuery = {query: string; mode: string | null; comment_mode: string | null; include_unknown: boolean; hard_links: string; plan_id: number | null; file_hashes: string[] | null; file_ids: number[] | null; include_blocked: boolean; max_age: number}
type PlanStatistics = {total_files: number; safe_count: number; warning_count: number; danger_count: number; blocked_count: number; total_tags_to_add: number; will_overwrite_custom: number; unchanged_count: number; postponed_count: number; edited_count: number; total_tags_to_remove: number; bytes_to_write: number; est_seconds: number; by_category: Record<string, number>; by_container: Record<string, number>; by_issue: Record<string, number>; listed_count: number}
type PlannedFile = {file_id: number; file_name: string; values: PlannedValue[]}
type PlannedValue = {label: string; was: string; now: string}
type PlannedValues = {items: PlannedFile[]; total: number; page: number; per_page: number; changed: number; files: number; exceptions: string[][]; nothing: string; search: string}
type PlayerConnection = {id: number; kind: "jellyfin" | "emby" | "kodi" | "plex"; name: string; url: string; folders: FolderRule[]; enabled: boolean; version: string; key_name: string; key: "environment" | "file" | ""; state: "new" | "connected" | "waits" | "refused" | "failed"; reason: string; attempts: number; contact_at: string | null; next_attempt_at: string | null; read_at: string | null; waiting: number; seen: number; not_yet: number; differs: number; about: string; next_attempt: string; program: string; read: string; waits: string}
type PlayerFact = {field: string; state: "seen" | "warning" | "not_seen"; reason: string}
type PlayerNotice = {id: number; name: string; notified: number; waiting: number; message: string}
type PlayerReading = {player_id: number; entity_type: string; entity_id: number; name: string; read_at: string; state: "seen" | "not_yet" | "differs"; reasons: string[]; read: string}
type PlayerReadingPage = {items: PlayerReading[]; total: number; page: number; per_page: number; counts: Record<string, number>}
type PlayerSentence = {state: string; text: string}
type PlayerTest = {id: number; accepted: boolean; version: string; may: string[]; missing: string[]; message: string}
type PlayerView = {player: string; versions: string; is_shown: boolean; title: string; year: number | null; people: string[]; plot: string; poster: string; facts: PlayerFact[]; about: string; sentences: PlayerSentence[]}
type ProviderDetails = {title: Candidate; metadata: EnrichedMetadata; images: ImageCandidate[]; seasons: number[]; problems: Record<string, string>; records: Record<string, ProviderRecord>; faults: string[]}
type ProviderNotice = {text: string; href: string}
type ProviderRecord = {candidate: Candidate; metadata: EnrichedMetadata; images: ImageCandidate[]; seasons: number[]; tagline: string; studios: string[]; countries: string[]; collection: string; status: string; is_complete: boolean}
type ProviderRequest = {id: number; at: string; provider: string; route: string; parameters: Record<string, string>; status: number | null; seconds: number | null; bytes: number | null; answer: string; day: string; is_good: boolean; label: string; sent: string[][]; technical: string; time: string}
type ProviderStatus = {provider: string; name: string; is_on: boolean; state: "on" | "paused" | "off"; next_try: string | null; reason: string; needs_action: boolean; url: string; requests_today: number; requests_per_day: number | null; finds_titles: boolean; leaves: string; plain_reason: string}
type PublicationChoice = {value: string; label: string; total: number}
type PublicationDecision = {step_id: number | null; summary: string}
type PublicationDetails = {item: PublicationItem; files: SideFileDetails[]; issues: PublicationIssue[]; players: PlayerView[]; rollback: RollbackNote[]; members: string[][]; last_published: string | null; can_discard: boolean; kept_after_rollback: string[][]; published: string; remarks: PublicationRemark[]}
type PublicationIssue = {code: string; severity: string; label: string; message: string; remedy: string; advice: string}
type PublicationItem = {address: string; entity_type: string; entity_id: number; library_id: number; name: string; folder: string; risk: string; codes: string[]; notes: string[]; files: SideFilePlan[]; people: string[]; is_unpublished: boolean; new_bytes: number; members: number; action_counts: Record<string, number>; about: string; can_publish: boolean; chips: SideFileChip[]; files_summary: string; initials: string; is_video: boolean; is_wide: boolean; reason: string; remarks: PublicationRemark[]; why: string}
type PublicationOverview = {risks: Record<string, number>; actions: Record<string, number>; new_bytes: number; titles: number; selectable: number; by_action: PublicationChoice[]; by_code: PublicationChoice[]; by_library: PublicationChoice[]; has_libraries: boolean; about: string; rollback_until: string; rollback: string; summary: string}
type PublicationPage = {items: PublicationItem[]; total: number; page: number; per_page: number; risks: Record<string, number>; actions: Record<string, number>; codes: Record<string, number>; new_bytes: number; titles: number; summary: string}
type PublicationPreview = {summary: PublicationSummary; reasons: string[]; dangers: DangerousTitle[]; action: string; by_risk: Record<string, number>; danger: number; facts: string[][]; left_out: string; rows: number; waits: string}
type PublicationRemark = {level: string; text: string}
type PublicationRequest = {user_note: string; user_action: string; source: string}
type PublicationRetry = {selection: PublicationSelection; summary: PublicationSummary}
type PublicationSelection = {addresses: string[]; found: string[]; filter: {query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null; unpublished?: boolean | null} | null; risk: string[] | null; excluded: string[]; alone: boolean; restore: boolean; lost_after: string | null; is_by_hand: boolean; by_hand: string[]; entities: string[]; risks: string[]}
type PublicationSummary = {titles: number; by_risk: Record<string, number>; actions: Record<string, number>; new_bytes: number; excluded: Record<string, number>; digest: string; rollback_until: string | null; summary: string; promise: string; notes: string[]; is_restoration: boolean}
type PublishExample = {titles: number; examples: ExampleTitle[]}
type PublishLogEntry = {id: number; entity_type: string; entity_id: number; nfo_hash: string | null; assets_published: Record<string, string>[]; published_at: string; published_by: string; success: boolean; error_message: string; operation_id: number; players_notified: Record<string, string>[]}
type PublishOffer = {is_on: boolean; titles: number; label: string}
type PublishOptions = {publish: "off" | "nfo" | "artwork" | "both"; kinds: string[]; readers: string[]; people: boolean; is_decided: boolean; is_on: boolean; picture_kinds: string[]; summary: string; writes_nfo: boolean}
type PublishResult = {operation_id: number | null; success: boolean; published: number; failed: number; titles: PublishedTitle[]}
type PublishedFileCheck = {path: string; kind: string; address: string; entity_type: string; entity_id: number; state: string}
type PublishedTitle = {entity_type: string; entity_id: number; name: string; status: string; code: string; message: string}
type Quality = {all: number; people: number; nobody: number; named: number; unknown: number; text: number; copies: number; broken: number; unwritable: number; missing: number; offline: number; persons: number; waiting: number; texts: TextCount[]}
type QueryAnswer = {columns: QueryColumn[]; rows: string[][]; total: number | null; snapshot_at: string; seconds: number; cut_values: number; notice: string; cut_text: string; duration_text: string; found_text: string; is_cut: boolean; kept: number; number_text: string; snapshot_text: string}
type QueryColumn = {name: string; type: string; is_amount: boolean; is_integer: boolean; is_number: boolean; is_time: boolean; kind: string}
type QueryCompletion = {text: string; hint: string; start: number; end: number}
type QueryField = {name: string; kind: "text" | "number" | "date" | "flag" | "any"}
type QueryResult = {answer: QueryAnswer; file_count: number; pandas: string}
type RangePreview = {offset: number; length: number; hex: string}
type RatedFile = {file_id: number; rating: number; favorite: boolean}
type Reading = {program: string; shows: string; field: string; text: string; basis: string}
type RejectedRow = {line: number; where: string; reason: string}
type RelatedTitle = {item: TitleItem; people: string[]; genres: string[]; collection: string; why: string}
type RemovalReport = {library_id: number; path: string; files: number; missing: number; with_people: number; decisions: number}
type RemovedPeople = {removed: number; copies: number; copy_files: FileCopy[]; step_id: number | null}
type RequestDetails = {approval: Approval; may_decide: boolean; why_not: string; may_withdraw: boolean; files: RequestedFilePage; search: string}
type RequestLosses = {digest: string; summary: string; why: string; by_risk: Record<string, number>; has_changed: boolean; danger: number; loses_text: number; removes_all_people: number; files: DangerousFilePage}
type RequestPage = {items: ProviderRequest[]; total: number; page: number; per_page: number; providers: string[]; labels: Record<string, string>}
type RequestedFile = {item: string; file_id: number | null; name: string; path: string; tags: Record<string, string>[]; more: number; risk: string; reason: string; texts: LostText[]}
type RequestedFilePage = {items: RequestedFile[]; total: number; page: number; per_page: number}
type RescanReport = {processed: number; updated: number; unchanged: number; skipped: number; missing: number; errors: Record<string, number>; locked: Record<string, number>; seconds: number; total: number; cancelled: boolean; failed: number; summary: string; text: string}
type Resolution = {code: string; label: string; text: string; files: number; names: string[]; asks: boolean}
type ResolutionReport = {files: number; text: string; step_id: number | null}
type ResultCell = {kind: "text" | "null" | "risk" | "list"; text: string; items: string[]; more: number}
type ResultFiles = {files: number; summary: SelectionSummary; is_editable: boolean; count: number; hint: string; text: string}
type ResultPage = {items: ResultCell[][]; total: number; page: number; per_page: number}
type ResumedScan = {job_id: number; text: string}
type RetryPreview = {operation_id: number; plan: {query?: string; plan_id?: number}; selection: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; options: WriteOptions; files: number; ready: number; hint: string; plan_id: number}
type RollbackCheck = {operation_id: number; noun: string; restorable: number; exact: number; comment_only: number; replaceable: number; links_restored: number; links_not_restored: number; newer: number[]; can_rollback: boolean; reason: string; conflict_reasons: Record<string, number>; conflicts: ConflictItem[]; conflict_codes: Record<string, number>; conflict_count: number; excluded: Record<string, string>; first_conflicts: ConflictItem[]; hints: string[]; is_possible: boolean; more_by_choice: Record<string, number>; outlook: string[][]}
type RollbackChoice = {value: string; label: string; hint: string}
type RollbackNote = {player: string; reason: string}
type RollbackPreview = {operation: MetadataOperation; options: {query?: string; item_ids?: number[]; person?: string; changed?: string; with_newer?: number[]; replan?: boolean; note?: string}; checked: CheckedRollback; adds: Record<string, number>; choices: RollbackChoice[]; conflict_count: number; conflicts: ConflictItem[]; counts: string[][]; hint: string; hints: string[]; is_possible: boolean; is_proposal: boolean; item_ids: number[] | null; named: string; newer: number[]; noun: string; person: string; promise: string; refusal: string; restorable: number; title: string; waits: string}
type RulePlaceholder = {name: string; about: string}
type SavedQuery = {query_id: number; name: string; text: string; values: Record<string, string>}
type SavedView = {view_id: number; name: string; query: string; sort: string; descending: boolean; is_default: boolean; is_built_in: boolean; means: string}
type ScanProgress = {done: number; total: number | null; current: string; rate: number; eta_seconds: number | null; folder: string; number_text: string; pace: string; text: string}
type ScanReport = {libraries: number; offline: number; seen: number; new: number; changed: number; unchanged: number; moved: number; missing: number; empty_folders: number; growing: number; errors: number; by_state: Record<string, number>; seconds: number; cache: CacheUse; cancelled: boolean; messages: string[]; text: string; unusable: number}
type Schedule = {name: string; kind: string; cron: string; when: string; params: Record<string, string>; enabled: boolean; last_run_at: string | null; next_run_at: string | null; last_result: string; last_job_id: number | null; label: string; last: string; next: string; purpose: string; reason: string; result: string}
type SchemaColumn = {name: string; type: string; description: string; kind: string}
type SchemaTable = {name: string; description: string; rows: number; columns: SchemaColumn[]; rows_text: string}
type ScorePart = {name: string; points: number; most: number; reason: string; label: string}
type ScoredCandidate = {candidate: Candidate; score: number; reasons: MatchReason[]; conflict: string; codes: ("id" | "title" | "words" | "year" | "popularity" | "no_year" | "runtime" | "seasons" | "country" | "cast" | "same_runtime" | "same_seasons" | "same_country" | "same_cast" | "same_titles" | "namesakes")[]}
type SearchPart = {text: string; rest: string}
type SearchProblem = {message: string; position: number; word: string}
type SeasonCollection = {number: number | null; episodes: number; videos: EpisodeEntry[]; title: string}
type SecondFactorStart = {secret: string; uri: string; qr: string}
type SecondFactorState = {is_on: boolean; recovery_codes: number}
type Section = {day: string; files: number}
type SelectedFiles = {ids: number[]; summary: SelectionSummary; new: number; omitted: string; promise: string}
type SelectionChanges = {comments: number; fields: FieldChangeCount[]}
type SelectionDigest = {count: number; digest: number; size: number; text: string}
type SelectionPreview = {titles: number; changes: PictureChange[]; total: number; kept: number; without: number}
type SelectionRule = {asset_type: string; language: string; provider: string; is_automatic: boolean}
type SelectionSummary = {count: number; by_risk: Record<string, number>; tags_to_add: number; tags_to_remove: number; est_seconds: number; est_bytes: number; excluded: Record<string, number>; by_strategy: Record<string, number>; loses_text: number; removes_all_people: number; breaks_links: number; hidden: number; rollback_until: string | null; backup: boolean; exact: number; tags_only: number}
type SeriesCollection = {id: number; name: string; display_name: string; total_episodes: number; total_seasons: number; seasons: SeasonCollection[]; metadata: SeriesMetadata | null; gaps: EpisodeGap[]; created_at: string; updated_at: string; artwork: string | null; last_watched: string | null}
type SeriesMetadata = {tmdb_id: string | null; imdb_id: string | null; tvdb_id: string | null; overview: string; first_air_date: string; genres: string[]; status: string; network: string; studios: string[]; countries: string[]; collection: string}
type SettingRow = {name: string; variable: string; value: string; default: string; source: "environment" | "file" | "default" | "start"; help: string; allowed: string; choices: string[]; kind: "folder" | "number" | "size" | "choice" | "switch" | "names" | "executor" | "address" | "code"; counts: string; locked: string; group: string; is_advanced: boolean; label: string; may_cost_backups: boolean; place: number}
type ShownChanges = {preview: ChangesPreview; rows: FileChangePage; errors: LineErrorPage}
type ShownField = {program: string; name: string; basis: string}
type ShownWrite = {preview: WritePreview; plan_id: number; dangers: DangerousFilePage; leaves_out_danger: boolean; action: string; all_in_use: boolean; by_risk: Record<string, number>; danger: number; expected: string; facts: string[][]; holder_id: number | null; holders: string[]; is_proposal: boolean; loses_text: number; number: number; options: WriteOptions; removes_all_people: number; stale: StaleFiles; title: string; waits: string}
type SideFileChip = {action: string; name: string; word: string}
type SideFileDecision = {name: string; label: string}
type SideFileDetails = {file: SideFilePlan; lines: NfoLine[]; added: number; removed: number; kept: number; problem: string; about: string; after: string; before: string; compared: ComparedLine[]; decisions: SideFileDecision[]}
type SideFilePlan = {path: string; name: string; kind: string; action: "create" | "update" | "replace" | "remove" | "unchanged" | "blocked"; owner: "nobody" | "ours" | "others" | "changed"; codes: string[]; message: string; before_size: number; after_size: number; candidate_id: number | null; changed_fields: string[]; writer: string; changed_since: string; chip: SideFileChip; folder_bytes: string; is_nfo: boolean; is_written: boolean; media_type: string; word: string}
type Similar = {name: string; files: number; reason: string}
type SlotSummary = {asset_type: string; season: number | null; total: number; rejected: number; selected_id: number | null; is_by_person: boolean; is_of_former_match: boolean}
type SnapshotReport = {path: string; snapshot_at: string; seconds: number; size: number}
type StaleFile = {file_id: number; file_name: string; file_path: string; shown: string | null; now: string | null; reason: string}
type StaleFiles = {plan_id: number; count: number; items: StaleFile[]}
type StandingDecision = {decision_id: number; file_id: number; file_path: string; kind: string; people: string[] | null; db_people: string[] | null; until: string | null; people_mode: string | null; comment_mode: string | null; field: string | null; value: string | null; reason: string; created_at: string; summary: string}
type StepReport = {step_id: number; label: string; undone: boolean; files: number; left: number; gone: number; written: number; titles: number; names_stay: boolean; summary: string}
type StepRow = {step_id: number; kind: "review" | "match" | "value" | "move" | "picture" | "side_file" | "discard"; action: string; label: string; files: number; created_at: string; undone_at: string | null; actor_kind: "user" | "token" | "schedule" | "webhook" | "system" | "local"; actor_id: string; actor_name: string; undone_by_name: string | null; later_id: number | null; later_label: string; blocked: string; changed_at: string}
type Steps = {undo: StepRow | null; redo: StepRow | null; undoable: number[]}
type StoryEvent = {at: string; what: string; text: string}
type StreamFacts = {index: number; kind: string; codec: string; language: string | null; details: Record<string, string>; shown_size: string[]}
type Suggestion = {name: string; kind: "near_name" | "face" | "cast" | "series" | "folder" | "together"; reason: string; confidence: number | null; support: number; of: number; score: number; others: string[]; replaces: string; sure_text: string}
type TagPlace = {place: string; tags: Record<string, string>}
type Template = {template_id: number; name: string; people: string[]; old_person: string | null; new_person: string | null; created_at: string; does: string; pair: string[] | null}
type TextCount = {text: string; files: number}
type Tile = {file_id: number; file_name: string; title: string; folder: string; library: string; kind: string; file_ext: string; file_hash: string | null; mtime_ns: number; size: number; shown_at: string; date_source: "edit" | "taken" | "field" | "name" | "file"; rating: number; favorite: boolean; people: string[]; people_count: number; duration: number; width: number; height: number; in_plan: boolean; skipped: boolean; offline: boolean; unwritable: boolean; container: string; badge: string; dated: string; folder_name: string; info: string; is_shown_by_browsers: boolean; note: string; picture_version: string; pixels: string; place: string; shown_title: string; size_text: string}
type TilePage = {list_id: string; first: number; tiles: Tile[]}
type TitleFacet = {key: string; values: TitleFacetValue[]; total: number; options: TitleFacetValue[]}
type TitleFacetValue = {value: string; label: string; titles: number}
type TitleFile = {file_id: number; file_path: string; state: string; part: number | null; role: string; edition: string; duration: number | null; size: number; by_hand: boolean; about: string; name: string}
type TitleItem = {id: number; entity_type: "movie" | "series" | "season" | "episode"; title: string; year: number | null; state: string; library_id: number; series_id: number | null; series_title: string; season: number | null; episode: number | null; aired: string | null; file_count: number; episode_count: number; season_count: number; touched: boolean; rating: number | null; genres: string[]; country: string; is_matched: boolean; is_incomplete: boolean; is_unpublished: boolean; code: string; initials: string; kind_name: string; name: string; poster_url: string; size_text: string; state_label: string; state_text: string}
type TitlePage = {items: TitleItem[]; total: number; page: number; per_page: number}
type TitlePublication = {can_publish: boolean; text: string}
type TitleSearch = {decision: MatchDecision; problems: Record<string, string>; is_complete: boolean}
type TitleValue = {field: string; value: string; origin: string; provider: string; confidence: number | null; fetched_at: string; locked: boolean; shown: boolean; locked_by_nfo: boolean; about: string; is_editable: boolean; label: string; line: string; origin_text: string; since: string; text: string}
type UnmatchedFile = {path: string; people: number; suggestions: number; operations: number; content: string}
type UnrecordedResults = {job_id: number; operation_id: number | null; reason: string; seconds: number; limit_seconds: number; assurance: string; description: string; name: string; waiting_text: string}
type User = {id: number; name: string; role: "viewer" | "editor" | "approver" | "admin"; libraries: number[] | null; enabled: boolean; has_password: boolean; has_second_factor: boolean; created_at: string; last_seen_at: string | null; sessions: number; added: string; permissions: UserPermission[]; seen: string}
type UserIdentity = {issuer: string; subject: string; user_id: number; user_name: string; created_at: string; since: string}
type UserPermission = {name: "plan.read" | "query.run" | "plan.edit" | "people.edit" | "titles.edit" | "jobs.manage" | "undo.any" | "write.safe" | "write.any" | "rollback" | "publish" | "libraries.manage" | "settings.manage" | "users.manage"; text: string; is_granted: boolean; for_tokens: boolean}
type UserSession = {id: number; user_id: number; user_name: string; address: string; client: string; created_at: string; last_seen_at: string; ends_at: string; browser: string; seen: string; since: string}
type ValidationResult = {entity_type: string; entity_id: number; can_publish: boolean; has_changes: boolean; issues: PublicationIssue[]}
type ValueDecision = {step_id: number | null; text: string}
type ValueLimit = {remedy: string; pattern: string; lowest: string; highest: string; most_bytes: number; is_utc: boolean}
type WaitingRow = {line: number; where: string; path: string}
type WaitingTitles = {provider: string; titles: number; until: string; text: string}
type WatchCopy = {states: number; changed: number; players: string[]; problems: string[]; path: string; summary: string}
type WebhookEvent = {id: number; source_id: number; source: string; received_at: string; times: number; event_type: string; name: string; library_id: number | null; folder: string; is_upgrade: boolean; state: "waiting" | "handled" | "ignored" | "failed"; not_before: string | null; job_id: number | null; handled_at: string | null; result: string; has_arrived: boolean; may_be_repeated: boolean; outcome: string; what: string; when: string}
type WebhookEventPage = {items: WebhookEvent[]; total: number; page: number; per_page: number}
type WebhookSource = {id: number; kind: "radarr" | "sonarr" | "jellyfin" | "generic"; name: string; address: string; enabled: boolean; folder_map: string[][]; anchor: string; created_at: string; secret_at: string; last_event_at: string | null; events_this_month: number; waiting: number; failed: number; notes: string[]; about: string; header: string; label: string; secret_set: string}
type Wider = {query: string; words: string; files: number}
type WriteOptions = {risk: string[]; fields: string[]; people_mode: "merge" | "exact" | null; comment_mode: "replace" | "preserve" | null; create_backup: boolean; dry_run: boolean; user_note: string; hard_links: string; preserve_mtime: boolean | null; user_action: string; source: string}
type WritePreview = {summary: SelectionSummary; changes: SelectionChanges; digest: SelectionDigest; stale: StaleFiles; holders: Holder[]; reasons: string[]; options: WriteOptions; title: string; all_in_use: boolean; danger_count: number; files_in_use: number}
type XmpPlace = {uris: string[]; prefix: string; name: string; form: string; label: string; words: string}

interface Calls {
  "activity.actors": [args: {}, value: ActivityActor[]]
  "activity.page": [args: {actor?: string; since?: string | null; page?: number; per_page?: number}, value: ActivityPage]
  "approvals.approve": [args: {approval_id?: number; expected?: string; note?: string}, value: Approval]
  "approvals.comment": [args: {approval_id?: number; text?: string}, value: Approval]
  "approvals.details": [args: {approval_id?: number; page?: number; per_page?: number}, value: RequestDetails]
  "approvals.endings": [args: {approval_ids?: number[]}, value: string[]]
  "approvals.get": [args: {approval_id?: number}, value: Approval]
  "approvals.items": [args: {approval_id?: number; page?: number; per_page?: number}, value: ApprovalItemPage]
  "approvals.list": [args: {state?: string; kind?: string; page?: number; per_page?: number}, value: ApprovalPage]
  "approvals.losses": [args: {approval_id?: number; page?: number; per_page?: number}, value: RequestLosses]
  "approvals.may_decide": [args: {approval_id?: number}, value: boolean]
  "approvals.may_withdraw": [args: {approval_id?: number}, value: boolean]
  "approvals.notice": [args: {}, value: ApprovalNotice]
  "approvals.reject": [args: {approval_id?: number; reason?: string}, value: Approval]
  "approvals.why_not_approve": [args: {approval_id?: number}, value: string]
  "approvals.withdraw": [args: {approval_id?: number; note?: string}, value: Approval]
  "artwork.cache_usage": [args: {}, value: CacheUsage]
  "artwork.candidates": [args: {entity_type?: string; entity_id?: number; asset_type?: string | null}, value: AssetCandidate[]]
  "artwork.garbage_collect": [args: {dry_run?: boolean}, value: CollectedImages]
  "artwork.problem_of": [args: {title_id?: number; size?: string}, value: string]
  "artwork_jobs.add": [args: {title_ids?: number[]}, value: Job]
  "audit.page": [args: {file_id?: number | null; job_id?: number | null; query?: string; page?: number; per_page?: number}, value: AuditPage]
  "automation.change": [args: {library_id?: number; values?: Record<string, unknown>}, value: LibraryAutomation]
  "automation.get": [args: {library_id?: number}, value: LibraryAutomation]
  "automation.is_paused": [args: {}, value: boolean]
  "automation.list": [args: {}, value: LibraryAutomation[]]
  "automation.pause": [args: {is_paused?: boolean}, value: null]
  "backups.records": [args: {}, value: BackupRecord[]]
  "backups.show": [args: {operation_id?: number; limit?: number}, value: BackupDetails[][]]
  "backups.use": [args: {}, value: BackupUse]
  "backups.verify": [args: {operation_id?: number | null; full?: boolean}, value: BackupCheck[]]
  "bulk.choices": [args: {}, value: EditChoices]
  "bulk.people_in": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; like?: string; limit?: number; only_this?: boolean}, value: BulkPeople]
  "bulk.preview": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; add?: string[]; remove?: string[]; replace?: string[] | null; examples?: number; only_this?: boolean}, value: ChangePreview]
  "bulk.preview_fields": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; values?: Record<string, string>; examples?: number; only_this?: boolean}, value: FieldsPreview]
  "changes.apply": [args: {preview?: ChangesPreview; overwrite?: boolean}, value: DecisionReport]
  "changes.apply_upload": [args: {ticket?: string; overwrite?: boolean}, value: DecisionReport]
  "changes.read": [args: {source?: string}, value: ChangesPreview]
  "changes.uploaded": [args: {ticket?: string; page?: number; errors_page?: number; per_page?: number}, value: ShownChanges]
  "checks.as_sql": [args: {kind?: string; ignored?: boolean}, value: string]
  "checks.groups": [args: {max_age?: number}, value: CheckGroup[]]
  "checks.ignore": [args: {kind?: string; subjects?: string[]}, value: number]
  "checks.ignore_all": [args: {kind?: string}, value: number]
  "checks.page": [args: {kind?: string; number?: number; per_page?: number; dismissed?: boolean}, value: CheckPage]
  "checks.resolve": [args: {kind?: string; subject?: string; code?: string}, value: ResolutionReport]
  "checks.resolve_all": [args: {kind?: string}, value: ResolutionReport]
  "checks.unignore": [args: {kind?: string; subjects?: string[]}, value: number]
  "configuration.effect": [args: {name?: string; text?: string}, value: string]
  "configuration.file": [args: {}, value: string]
  "configuration.row": [args: {name?: string}, value: SettingRow]
  "configuration.set": [args: {name?: string; text?: string | null}, value: SettingRow]
  "configuration.table": [args: {}, value: SettingRow[]]
  "database_backups.list": [args: {}, value: DatabaseBackup[]]
  "database_backups.make": [args: {}, value: DatabaseBackup]
  "decisions.change_people": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; add?: string[]; remove?: string[]; label?: any | null; only_this?: boolean}, value: DecisionReport]
  "decisions.decline": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; names?: string[]}, value: number]
  "decisions.edit": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; people?: string[]; seen?: number | null; only_this?: boolean}, value: DecisionReport]
  "decisions.end_postponements": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]}, value: DecisionReport]
  "decisions.list": [args: {file_ids?: number[] | null}, value: StandingDecision[]]
  "decisions.newest": [args: {}, value: number]
  "decisions.postpone": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; until?: string | null; only_this?: boolean}, value: DecisionReport]
  "decisions.replace_person": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; old?: string; new?: string; label?: any | null; only_this?: boolean}, value: DecisionReport]
  "decisions.revoke": [args: {decision_ids?: number[]}, value: number]
  "decisions.revoke_of": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; kinds?: string[]}, value: DecisionReport]
  "decisions.set_all": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; people?: string[] | null; fields?: Record<string, string> | null; seen?: number | null; only_this?: boolean}, value: DecisionReport]
  "decisions.set_favorite": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; wanted?: boolean | null; kind?: "video" | "audio" | "photo" | null; only_this?: boolean}, value: RatedFile[]]
  "decisions.set_fields": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; values?: Record<string, string>; as_typed?: boolean; seen?: number | null; only_this?: boolean}, value: DecisionReport]
  "decisions.set_mode": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; mode?: string | null; comment_mode?: string | null; only_this?: boolean}, value: DecisionReport]
  "disaster_recovery.detect_missing_assets": [args: {entity_type?: string; entity_id?: number}, value: PublishedFileCheck[]]
  "disaster_recovery.restore_from_cache": [args: {entity_type?: string; entity_id?: number}, value: PublishResult]
  "doctor.run": [args: {}, value: Check[]]
  "dry_runs.begin": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}}, value: DryRunState]
  "dry_runs.go_on": [args: {ticket?: string}, value: DryRunState]
  "dry_runs.page": [args: {ticket?: string; shown?: string; page?: number; per_page?: number}, value: DryRunFilePage]
  "dry_runs.ready": [args: {ticket?: string}, value: number[]]
  "enrichment.due": [args: {library_ids?: number[]; title_ids?: number[] | null; names?: number}, value: DueTitles]
  "enrichment.enrich_entity": [args: {entity_type?: string; entity_id?: number; priority?: number | string}, value: Job]
  "enrichment.get_enrichment_progress": [args: {job_id?: number}, value: EnrichmentProgress]
  "enrichment.get_enrichment_stats": [args: {}, value: EnrichmentStats]
  "enrichment.is_video_due": [args: {file_id?: number}, value: boolean]
  "enrichment.metadata": [args: {file_id?: number}, value: EnrichedMetadata]
  "enrichment.schedule_library_enrichment": [args: {library_ids?: number[]; priority?: number | string; force?: boolean}, value: Job]
  "enrichment.schedule_titles": [args: {title_ids?: number[]; priority?: number | string; force?: boolean; renew?: boolean}, value: Job]
  "enrichment.schedule_video_enrichment": [args: {file_id?: number; priority?: number | string}, value: Job]
  "event_log.since": [args: {last_id?: number; limit?: number}, value: Event[]]
  "fields.change": [args: {key?: string; type?: string | null; title?: string | null; about?: string | null; choices?: string[] | null; lowest?: number | null; highest?: number | null; multiline?: boolean | null}, value: CustomField]
  "fields.define": [args: {key?: string; type?: string; title?: string; about?: string; choices?: string[]; lowest?: number | null; highest?: number | null; multiline?: boolean; tag?: string; mp4?: string; xmp?: string; namespace?: string}, value: CustomField]
  "fields.get": [args: {key?: string}, value: CustomField]
  "fields.list": [args: {}, value: CustomField[]]
  "fields.remove": [args: {key?: string}, value: CustomField]
  "files.file": [args: {file_id?: number; plan?: {query?: string; plan_id?: number} | null}, value: FileDetails]
  "files.find": [args: {text?: string}, value: number]
  "files.has": [args: {file_id?: number}, value: boolean]
  "files.item": [args: {file_id?: number; plan?: {query?: string; plan_id?: number} | null}, value: PlanItem]
  "files.names_like": [args: {text?: string; count?: number}, value: string[][]]
  "files.of_hash": [args: {file_hash?: string; only_this?: boolean}, value: number[]]
  "files.require": [args: {target?: string | number[]}, value: null]
  "hash_cache.clean": [args: {}, value: number]
  "hash_cache.stats": [args: {}, value: HashCacheStats]
  "history.__call__": [args: {query?: string; since?: string | null; until?: string | null; status?: string | string[] | null; operation_type?: string | string[] | null; person?: string; file?: string; error?: string; page?: number; per_page?: number}, value: PaginatedOperations]
  "history.as_sql": [args: {query?: string; since?: string | null; until?: string | null; status?: string[]; operation_type?: string; error?: string}, value: string]
  "history.begin_rollback": [args: {operation_id?: number; options?: {query?: string; item_ids?: number[]; person?: string; changed?: string; with_newer?: number[]; replan?: boolean; note?: string} | null; is_proposal?: boolean}, value: number]
  "history.counts": [args: {query?: string; since?: string | null; until?: string | null; status?: string | string[] | null; operation_type?: string | string[] | null; error?: string}, value: OperationCounts]
  "history.follow": [args: {operation_id?: number | null}, value: FollowedOperation | null]
  "history.followed_items": [args: {operation_id?: number; statuses?: string[]; page?: number; per_page?: number}, value: FollowedItemPage]
  "history.get": [args: {operation_id?: number}, value: MetadataOperation]
  "history.get_operation_details": [args: {operation_id?: number; page?: number; per_page?: number; statuses?: string[]; text?: string; item_ids?: number[]}, value: OperationDetails]
  "history.outlook": [args: {operation_id?: number}, value: RollbackCheck]
  "history.people_of": [args: {operation_id?: number}, value: OperationPerson[]]
  "history.start_rollback": [args: {operation_id?: number; options?: {query?: string; item_ids?: number[]; person?: string; changed?: string; with_newer?: number[]; replan?: boolean; note?: string} | null; request?: IdempotentRequest | null}, value: string]
  "history.terms": [args: {query?: string; error?: string}, value: HistoryTerm[]]
  "history.totals": [args: {}, value: HistoryTotals]
  "identities.link": [args: {name?: string; subject?: string}, value: UserIdentity]
  "identities.list": [args: {name?: string}, value: UserIdentity[]]
  "identities.own": [args: {}, value: UserIdentity[]]
  "identities.provider": [args: {}, value: string]
  "identities.ticket": [args: {}, value: string]
  "identities.unlink": [args: {name?: string; subject?: string}, value: UserIdentity]
  "identities.unlink_own": [args: {subject?: string}, value: UserIdentity]
  "interruptions.files": [args: {operation_id?: number; outcome?: string; page?: number; per_page?: number}, value: InterruptedFile[]]
  "interruptions.get": [args: {operation_id?: number; outcome?: string; page?: number; per_page?: number}, value: InterruptedOperation | null]
  "interruptions.operations": [args: {files?: number}, value: InterruptedOperation[]]
  "interruptions.postpone": [args: {operation_id?: number}, value: null]
  "inventory.add": [args: {folder?: string; name?: string; audio?: boolean; photos?: boolean | null; kind?: string}, value: LibraryRow]
  "inventory.as_sql": [args: {library_id?: number}, value: string]
  "inventory.browse": [args: {folder?: string}, value: FolderListing]
  "inventory.compare_folder": [args: {library_id?: number}, value: FolderComparison]
  "inventory.empty_folders": [args: {library_id?: number}, value: EmptyFolderReport]
  "inventory.exclude_removal": [args: {library_id?: number; patterns?: string[]}, value: RemovalReport]
  "inventory.files": [args: {kind?: string; page?: number; per_page?: number}, value: FilePage]
  "inventory.folders": [args: {text?: string}, value: FolderSuggestion[]]
  "inventory.forget_missing": [args: {library_id?: number}, value: RemovalReport]
  "inventory.libraries": [args: {}, value: LibraryDetails[]]
  "inventory.list": [args: {}, value: LibraryRow[]]
  "inventory.media_removal": [args: {library_id?: number; kind?: "video" | "audio" | "photo"}, value: RemovalReport]
  "inventory.missing_removal": [args: {library_id?: number}, value: RemovalReport]
  "inventory.propose_kind": [args: {folder?: string}, value: KindProposal]
  "inventory.quality": [args: {}, value: Quality]
  "inventory.removal": [args: {library_id?: number}, value: RemovalReport]
  "inventory.remove": [args: {library_id?: number}, value: RemovalReport]
  "inventory.remove_empty_folders": [args: {library_id?: number; folders?: string[]}, value: EmptyFolderReport]
  "inventory.search": [args: {query?: string; sort?: string; descending?: boolean; page?: number; per_page?: number}, value: FilePage]
  "inventory.set_cast_people": [args: {library_id?: number; choice?: string}, value: null]
  "inventory.set_exclude": [args: {library_id?: number; patterns?: string[]}, value: RemovalReport]
  "inventory.set_kind": [args: {library_id?: number; kind?: string}, value: null]
  "inventory.set_media": [args: {library_id?: number; kind?: "video" | "audio" | "photo"; included?: boolean}, value: RemovalReport | null]
  "inventory.set_metadata_language": [args: {library_id?: number; language?: string}, value: null]
  "inventory.set_modes": [args: {library_id?: number; mode?: string | null; comment_mode?: string | null}, value: null]
  "inventory.set_write_ratings": [args: {library_id?: number; when?: string}, value: null]
  "jobs.as_sql": [args: {kind?: string}, value: string]
  "jobs.cancel": [args: {job_id?: number}, value: Job]
  "jobs.counts": [args: {}, value: Record<string, Record<string, number>>]
  "jobs.details": [args: {job_id?: number}, value: FollowedJob]
  "jobs.get": [args: {job_id?: number}, value: Job]
  "jobs.kinds": [args: {}, value: KindCounts[]]
  "jobs.list": [args: {kinds?: string[]; statuses?: string[]; page?: number; per_page?: number}, value: JobPage]
  "jobs.log": [args: {job_id?: number; after?: number; limit?: number}, value: JobLog]
  "jobs.of_operation": [args: {operation_id?: number}, value: Job]
  "jobs.page": [args: {kinds?: string[]; statuses?: string[]; page?: number; per_page?: number}, value: FollowedJobPage]
  "jobs.pause": [args: {job_id?: number; wait?: boolean}, value: Job]
  "jobs.resume": [args: {job_id?: number}, value: Job]
  "jobs.retry": [args: {job_id?: number; request?: IdempotentRequest | null; source?: string}, value: Job]
  "jobs.set_priority": [args: {job_id?: number; priority?: number | string}, value: Job]
  "jobs.unrecorded": [args: {}, value: UnrecordedResults[]]
  "jobs.wait": [args: {job_id?: number; timeout?: number | null}, value: Job]
  "locks.count": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]}, value: number]
  "locks.list": [args: {query?: string}, value: FieldLock[]]
  "locks.lock": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; fields?: string[]}, value: LockReport]
  "locks.of": [args: {file_id?: number}, value: FieldLock[]]
  "locks.set": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; field?: string; text?: string}, value: LockReport]
  "locks.unlock": [args: {target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; fields?: string[] | null}, value: LockReport]
  "matches.accept": [args: {title_id?: number; position?: number; others?: boolean; expected?: string; revision?: string}, value: MatchResult]
  "matches.accept_id": [args: {title_id?: number; known?: ExternalId; kind?: "movie" | "tv"; revision?: string}, value: MatchResult]
  "matches.accepted": [args: {title_id?: number}, value: MatchCandidate | null]
  "matches.confirm": [args: {title_id?: number; others?: boolean; revision?: string}, value: MatchResult]
  "matches.counts": [args: {library_id?: number | null}, value: Record<string, number>]
  "matches.get": [args: {title_id?: number}, value: MatchQuestion]
  "matches.ignore": [args: {title_id?: number; others?: boolean; revision?: string}, value: MatchResult]
  "matches.later": [args: {title_id?: number; revision?: string}, value: MatchResult]
  "matches.pending": [args: {state?: string; library_id?: number | null; page?: number; per_page?: number}, value: MatchPage]
  "matches.reject": [args: {title_id?: number; position?: number; expected?: string; revision?: string}, value: MatchResult]
  "matches.search": [args: {title_id?: number; text?: string}, value: MatchQuestion]
  "matches.suggest": [args: {title_id?: number}, value: MatchQuestion]
  "matches.undo": [args: {decision_id?: number | null}, value: MatchResult]
  "media.count": [args: {query?: string; plan?: {query?: string; plan_id?: number} | null}, value: number]
  "media.facet": [args: {key?: string; query?: string; most?: number; plan?: {query?: string; plan_id?: number} | null}, value: MediaFacetValue[]]
  "media.ids": [args: {query?: string; sort?: string; plan?: {query?: string; plan_id?: number} | null; list_id?: string | null}, value: number[]]
  "media.overview": [args: {query?: string; sort?: string; plan?: {query?: string; plan_id?: number} | null}, value: MediaOverview]
  "media.page": [args: {query?: string; sort?: string; first?: number; count?: number; plan?: {query?: string; plan_id?: number} | null; list_id?: string | null}, value: TilePage]
  "media.wider": [args: {query?: string; plan?: {query?: string; plan_id?: number} | null}, value: Wider[]]
  "operations.begin_write": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; options?: WriteOptions | null; expected?: string; is_proposal?: boolean}, value: number]
  "operations.cancel": [args: {operation_id?: number}, value: null]
  "operations.get_operation_status": [args: {operation_id?: number}, value: OperationStatus]
  "operations.handle": [args: {operation_id?: number}, value: string]
  "operations.pause_operation": [args: {operation_id?: number; wait?: boolean}, value: boolean]
  "operations.rename": [args: {operation_id?: number; title?: string}, value: string]
  "operations.resume": [args: {operation_id?: number}, value: string]
  "operations.start_operation": [args: {items?: {query?: string; plan_id?: number} | PlanItem[]; options?: WriteOptions | null; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | null; expected?: SelectionDigest | null; request?: IdempotentRequest | null}, value: string]
  "operations.wait": [args: {operation_id?: number; seconds?: number}, value: OperationStatus]
  "overview.numbers": [args: {}, value: HomeNumbers]
  "overview.work": [args: {}, value: CurrentWork]
  "people.add": [args: {paths?: string[]; names?: string[]; only_this?: boolean}, value: ImportReport]
  "people.add_typed": [args: {file_id?: number; text?: string}, value: ImportReport]
  "people.as_sql": [args: {text?: string}, value: string]
  "people.card": [args: {person_id?: number}, value: PersonCard]
  "people.details": [args: {person_id?: number; files?: number}, value: PersonProfile]
  "people.export": [args: {}, value: AssignmentRow[]]
  "people.files_as_sql": [args: {person_id?: number}, value: string]
  "people.list": [args: {}, value: PersonRow[]]
  "people.merge": [args: {names?: string[]; into?: string; dry_run?: boolean}, value: PersonChange]
  "people.offers": [args: {text?: string; limit?: number}, value: PersonOffer[]]
  "people.page": [args: {text?: string; number?: number; per_page?: number; by_files?: boolean}, value: PersonPage]
  "people.relabel": [args: {person_id?: number; label?: string; dry_run?: boolean}, value: PersonChange]
  "people.remove": [args: {paths?: string[]; names?: string[]; from_files?: boolean; only_this?: boolean}, value: number]
  "people.remove_from": [args: {paths?: string[]; names?: string[]; from_files?: boolean; only_this?: boolean}, value: RemovedPeople]
  "people.rename": [args: {old?: string; new?: string; qualifier?: string | null; dry_run?: boolean}, value: PersonChange]
  "people.set_picture": [args: {person_id?: number; file_id?: number | null}, value: null]
  "people.similar": [args: {name?: string; limit?: number}, value: Similar[]]
  "people.split": [args: {name?: string; paths?: string[]; into?: string; qualifier?: string; dry_run?: boolean}, value: PersonChange]
  "people.split_files": [args: {person_id?: number; file_ids?: number[]; label?: string; dry_run?: boolean}, value: PersonChange]
  "people.take_from_files": [args: {}, value: ImportReport]
  "people.unmerge": [args: {name?: string; merged?: string; dry_run?: boolean}, value: PersonChange]
  "people_lists.check": [args: {token?: string; root?: string; replace?: boolean}, value: ImportCheck]
  "people_lists.comparison": [args: {token?: string}, value: ListComparison | null]
  "people_lists.discard": [args: {token?: string}, value: null]
  "people_lists.take": [args: {token?: string; root?: string; replace?: boolean}, value: ImportReport]
  "picture_search.search": [args: {entity_type?: string; entity_id?: number; providers?: string[]}, value: PictureSearchResult[]]
  "picture_selection.apply": [args: {title_ids?: number[]; rule?: SelectionRule}, value: PictureDecision]
  "picture_selection.auto_select_assets": [args: {entity_type?: string; entity_id?: number; asset_type?: string | null; season?: number | null}, value: AssetCandidate[]]
  "picture_selection.candidates": [args: {entity_type?: string; entity_id?: number; asset_type?: string | null; season?: number | null}, value: AssetPage]
  "picture_selection.change_config": [args: {library_id?: number; asset_type?: string; changes?: Record<string, string>}, value: AssetSelectionConfig]
  "picture_selection.choices": [args: {}, value: PictureChoices]
  "picture_selection.config": [args: {library_id?: number; asset_type?: string}, value: AssetSelectionConfig]
  "picture_selection.preview": [args: {title_ids?: number[]; rule?: SelectionRule}, value: SelectionPreview]
  "picture_selection.reject_candidate": [args: {candidate_id?: number; reason?: string; of?: string | null}, value: PictureDecision]
  "picture_selection.release": [args: {candidate_id?: number; of?: string | null}, value: PictureDecision]
  "picture_selection.reselect_asset": [args: {candidate_id?: number; reason?: string; of?: string | null}, value: PictureDecision]
  "picture_selection.select_candidate": [args: {candidate_id?: number; of?: string | null}, value: PictureDecision]
  "picture_selection.slots": [args: {entity_type?: string; entity_id?: number}, value: SlotSummary[]]
  "picture_selection.take_back_rejection": [args: {candidate_id?: number; of?: string | null}, value: PictureDecision]
  "picture_selection.title_ids": [args: {}, value: number[]]
  "plan.edit": [args: {plan?: {query?: string; plan_id?: number}; file_id?: number; people?: string[]}, value: DecisionReport]
  "plan.ids": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; also?: string}, value: number[]]
  "plan.item": [args: {plan?: {query?: string; plan_id?: number}; file_id?: number}, value: PlanItem]
  "plan.narrowed": [args: {plan?: {query?: string; plan_id?: number}; query?: string}, value: {query?: string; plan_id?: number}]
  "plan.newest": [args: {plan?: {query?: string; plan_id?: number}}, value: {query?: string; plan_id?: number}]
  "plan.page": [args: {plan?: {query?: string; plan_id?: number}; number?: number; per_page?: number | null; sort?: string; descending?: boolean; include_unchanged?: boolean}, value: PlanPage]
  "plan.search_for": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; also?: string}, value: string]
  "plan.select": [args: {plan?: {query?: string; plan_id?: number}; query?: number[] | string; risk?: string[]}, value: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}]
  "plan.statistics": [args: {plan?: {query?: string; plan_id?: number}}, value: PlanStatistics]
  "plans.fixed": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; at?: number}, value: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}]
  "plans.home_summary": [args: {}, value: HomeSummary]
  "plans.outside": [args: {plan?: {query?: string; plan_id?: number}; file_ids?: number[] | null}, value: number]
  "plans.plan": [args: {request?: PlanQuery | null}, value: {query?: string; plan_id?: number}]
  "plans.stale": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; limit?: number}, value: StaleFiles]
  "plans.summary": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; risk?: string[]; within?: string; backup?: boolean}, value: SelectionSummary]
  "plans.waiting_ratings": [args: {library_id?: number}, value: number]
  "players.add": [args: {kind?: string; url?: string; name?: string; folders?: string[][]; key?: string; enabled?: boolean}, value: PlayerConnection]
  "players.change": [args: {player_id?: number; name?: string | null; url?: string | null; folders?: string[][] | null; enabled?: boolean | null}, value: PlayerConnection]
  "players.differing": [args: {}, value: PlayerReading[]]
  "players.export_watched": [args: {path?: string}, value: WatchCopy]
  "players.get": [args: {player_id?: number}, value: PlayerConnection]
  "players.import_watched": [args: {path?: string; player_id?: number | null}, value: WatchCopy]
  "players.list": [args: {}, value: PlayerConnection[]]
  "players.notify": [args: {player_id?: number | null}, value: PlayerNotice[]]
  "players.notify_players": [args: {entity_type?: string; entity_id?: number}, value: PlayerNotice[]]
  "players.read_back": [args: {player_id?: number; entity_type?: string; entity_id?: number}, value: PlayerReading[]]
  "players.reads": [args: {player_id?: number; state?: string; page?: number; per_page?: number}, value: PlayerReadingPage]
  "players.remove": [args: {player_id?: number}, value: PlayerConnection]
  "players.set_key": [args: {player_id?: number; key?: string}, value: PlayerConnection]
  "players.test": [args: {player_id?: number}, value: PlayerTest]
  "previews.before_rollback": [args: {operation_id?: number; options?: {query?: string; item_ids?: number[]; person?: string; changed?: string; with_newer?: number[]; replan?: boolean; note?: string} | null}, value: RollbackPreview]
  "previews.before_write": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; options?: WriteOptions | null; within?: string; leaves_out_danger?: boolean; page?: number}, value: ShownWrite]
  "previews.of_publication": [args: {selection?: PublicationSelection}, value: PublicationPreview]
  "previews.of_selection": [args: {plan?: {query?: string; plan_id?: number}; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; at?: number | null; among?: number[]}, value: SelectedFiles]
  "previews.of_titles": [args: {addresses?: string[]; found?: string[]; risk?: string[]; alone?: boolean}, value: PublicationPreview]
  "previews.of_write": [args: {plan?: {query?: string; plan_id?: number}; options?: WriteOptions | null; selection?: {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | null; within?: string}, value: WritePreview]
  "provider_keys.enter": [args: {name?: string; value?: string}, value: KeyTest]
  "provider_keys.list": [args: {}, value: KeyState[]]
  "provider_keys.remove": [args: {name?: string}, value: null]
  "provider_keys.set": [args: {name?: string; value?: string}, value: null]
  "provider_keys.test": [args: {provider?: string}, value: KeyTest]
  "providers.details": [args: {known?: ExternalId; kind?: "movie" | "tv"}, value: ProviderDetails]
  "providers.notices": [args: {}, value: ProviderNotice[]]
  "providers.request_page": [args: {text?: string; provider?: string; failed?: boolean; title_id?: number | null; page?: number; per_page?: number}, value: RequestPage]
  "providers.requests": [args: {limit?: number}, value: ProviderRequest[]]
  "providers.search": [args: {title?: string; year?: number | null; kind?: "movie" | "tv" | "unknown"; runtime_minutes?: number | null; external_ids?: ExternalId[]}, value: TitleSearch]
  "providers.status": [args: {}, value: ProviderStatus[]]
  "publications.addresses": [args: {wanted?: {query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null; unpublished?: boolean | null}}, value: string[]]
  "publications.addresses_of": [args: {title_ids?: number[]}, value: string[]]
  "publications.all_options": [args: {}, value: Record<string, PublishOptions>]
  "publications.check_titles": [args: {addresses?: string[]; found?: string[]; alone?: boolean}, value: CheckedTitles]
  "publications.choose": [args: {address?: string; choice?: string; path?: string}, value: PublicationDecision]
  "publications.details": [args: {entity_type?: string; entity_id?: number}, value: PublicationDetails]
  "publications.discard_changes": [args: {entity_type?: string; entity_id?: number}, value: PublicationDecision]
  "publications.example": [args: {library_id?: number; publish?: string}, value: PublishExample]
  "publications.get": [args: {entity_type?: string; entity_id?: number}, value: PublicationItem]
  "publications.libraries": [args: {only?: number | null}, value: LibraryPublishing[]]
  "publications.log": [args: {entity_type?: string; entity_id?: number; count?: number}, value: PublishLogEntry[]]
  "publications.offer": [args: {}, value: PublishOffer]
  "publications.options": [args: {library_id?: number}, value: PublishOptions]
  "publications.overview": [args: {wanted?: {query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null; unpublished?: boolean | null}}, value: PublicationOverview]
  "publications.plan": [args: {query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null; unpublished?: boolean | null; sort?: string; page?: number; per_page?: number}, value: PublicationPage]
  "publications.refresh": [args: {disk?: boolean}, value: number]
  "publications.risks_of": [args: {addresses?: string[]}, value: Record<string, string>]
  "publications.selectable": [args: {wanted?: {query?: string; risk?: string[]; action?: string[]; code?: string[]; library_id?: number | null; unpublished?: boolean | null}}, value: Record<string, string>]
  "publications.set_options": [args: {library_id?: number; publish?: string | null; kinds?: string[] | null; readers?: string[] | null; people?: boolean | null}, value: PublishOptions]
  "publications.start": [args: {selection?: PublicationSelection; request?: PublicationRequest | null; expected?: string; idempotent?: IdempotentRequest | null}, value: string]
  "publications.start_titles": [args: {addresses?: string[]; found?: string[]; risk?: string[]; alone?: boolean; note?: string; expected?: string; is_proposal?: boolean}, value: number]
  "publications.state": [args: {entity_type?: string; entity_id?: number}, value: TitlePublication]
  "publications.unpublished": [args: {page?: number; per_page?: number}, value: TitlePage]
  "publications.unpublished_count": [args: {}, value: number]
  "publications.validate_before_publish": [args: {entity_type?: string; entity_id?: number}, value: ValidationResult]
  "queries.complete": [args: {text?: string; position?: number}, value: QueryCompletion[]]
  "queries.fields": [args: {text?: string}, value: QueryField[]]
  "queries.run": [args: {text?: string; parameters?: Record<string, string> | null; seconds?: number; max_rows?: number; max_bytes?: number; is_stopped?: any}, value: QueryAnswer]
  "queries.schema": [args: {}, value: SchemaTable[]]
  "queries.values": [args: {text?: string; typed?: Record<string, string>}, value: Record<string, string>]
  "queries.write": [args: {text?: string; out?: string; parameters?: Record<string, string> | null; seconds?: number; is_stopped?: any}, value: number]
  "query_results.cancel": [args: {ticket?: string}, value: boolean]
  "query_results.columns": [args: {ticket?: string}, value: ColumnFacts[]]
  "query_results.file_ids": [args: {ticket?: string}, value: number[]]
  "query_results.files": [args: {ticket?: string}, value: ResultFiles]
  "query_results.page": [args: {ticket?: string; page?: number; per_page?: number; column?: number | null; descending?: boolean}, value: ResultPage]
  "query_results.run": [args: {ticket?: string; text?: string; typed?: Record<string, string>}, value: QueryResult]
  "rescans.add": [args: {query?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number}; everything?: boolean; file_ids?: number[]; refresh?: string[]}, value: Job]
  "rescans.read_file": [args: {file_id?: number; refresh?: string[]}, value: RescanReport]
  "retries.begin_publication": [args: {operation_id?: number; risk?: string[] | null; note?: string; expected?: string; is_proposal?: boolean}, value: number]
  "retries.preview": [args: {operation_id?: number}, value: RetryPreview]
  "retries.preview_publication": [args: {operation_id?: number; risk?: string[] | null}, value: PublicationRetry]
  "retries.preview_rollback": [args: {operation_id?: number}, value: RollbackCheck]
  "retries.start": [args: {operation_id?: number; risk?: string[] | null; note?: string; source?: string; request?: IdempotentRequest | null}, value: string]
  "saved_queries.examples": [args: {}, value: SavedQuery[]]
  "saved_queries.list": [args: {}, value: SavedQuery[]]
  "saved_queries.remove": [args: {query_id?: number}, value: SavedQuery]
  "saved_queries.restore": [args: {query?: SavedQuery}, value: SavedQuery]
  "saved_queries.save": [args: {name?: string; text?: string; values?: Record<string, string>}, value: SavedQuery]
  "scans.add": [args: {dirs?: (string | string[])[]; full?: boolean; accept_missing?: boolean; priority?: number | string; dedup?: boolean}, value: Job]
  "scans.add_libraries": [args: {library_ids?: number[]; full?: boolean; accept_missing?: boolean}, value: Job]
  "scans.cancel": [args: {}, value: boolean]
  "scans.last": [args: {}, value: ScanReport | null]
  "scans.progress": [args: {}, value: ScanProgress | null]
  "scans.report": [args: {job_id?: number}, value: ScanReport | null]
  "scans.take_resumed": [args: {}, value: ResumedScan | null]
  "schedules.get": [args: {name?: string}, value: Schedule]
  "schedules.list": [args: {}, value: Schedule[]]
  "schedules.run": [args: {name?: string}, value: Job]
  "schedules.set": [args: {name?: string; cron?: string | null; enabled?: boolean | null}, value: Schedule]
  "search.as_sql": [args: {text?: string}, value: string]
  "search.complete": [args: {plan?: {query?: string; plan_id?: number}; text?: string; position?: number | null}, value: Completion[]]
  "search.facets": [args: {plan?: {query?: string; plan_id?: number}; containing?: Record<string, string> | null; most?: number}, value: Facets]
  "search.numbers": [args: {plan?: {query?: string; plan_id?: number}}, value: PlanNumbers]
  "search.problem": [args: {text?: string}, value: SearchProblem | null]
  "search.volume": [args: {plan?: {query?: string; plan_id?: number}}, value: number]
  "search.wider": [args: {plan?: {query?: string; plan_id?: number}}, value: Wider[]]
  "search.with_value": [args: {text?: string; key?: string; value?: string; on?: boolean}, value: DescribedSearch]
  "search.with_values": [args: {text?: string; key?: string; values?: string[]; all_of?: boolean}, value: DescribedSearch]
  "search.without_filters": [args: {text?: string}, value: DescribedSearch]
  "second_factor.confirm": [args: {code?: string}, value: string[]]
  "second_factor.start": [args: {}, value: SecondFactorStart]
  "second_factor.state": [args: {}, value: SecondFactorState]
  "second_factor.switch_off": [args: {password?: string}, value: SecondFactorState]
  "second_factor.switch_off_of": [args: {name?: string}, value: User]
  "series.collection": [args: {series_id?: number}, value: SeriesCollection]
  "series.detect_and_organize_series": [args: {}, value: SeriesCollection[]]
  "series.missing_episodes": [args: {series_id?: number | null}, value: Record<string, EpisodeGap[]>]
  "snapshots.export_parquet": [args: {folder?: string}, value: string[]]
  "snapshots.refresh": [args: {}, value: string]
  "snapshots.take": [args: {out?: string | null}, value: SnapshotReport]
  "steps.last": [args: {kind?: "review" | "match" | "value" | "move" | "picture" | "side_file" | "discard"; subject?: string}, value: number | null]
  "steps.list": [args: {}, value: StepRow[]]
  "steps.next": [args: {}, value: Steps]
  "steps.redo": [args: {step_id?: number | null}, value: StepReport | null]
  "steps.undo": [args: {step_id?: number | null; kind?: "review" | "match" | "value" | "move" | "picture" | "side_file" | "discard" | null}, value: StepReport | null]
  "stories.build": [args: {operation_id?: number; page?: number; per_page?: number}, value: OperationStory]
  "suggestions.suggest": [args: {file_id?: number; limit?: number}, value: Suggestion[]]
  "templates.apply": [args: {name?: string; target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; only_this?: boolean}, value: DecisionReport]
  "templates.get": [args: {name?: string}, value: Template]
  "templates.list": [args: {}, value: Template[]]
  "templates.preview": [args: {name?: string; target?: string | {query?: string | null; risk?: string[]; included?: number[]; excluded?: number[]; plan_id?: number} | number[]; examples?: number; only_this?: boolean}, value: ChangePreview]
  "templates.remove": [args: {name?: string}, value: null]
  "templates.save": [args: {name?: string; people?: string[]; replace?: string[] | null}, value: Template]
  "thumbnail_jobs.add": [args: {query?: string}, value: Job]
  "titles.assign": [args: {file_ids?: number[]; title_id?: number; role?: string; season?: number | string | null; episodes?: number[]}, value: TitleItem]
  "titles.assign_new": [args: {file_ids?: number[]; kind?: string; title?: string; year?: number | string | null; role?: string; season?: number | string | null; episodes?: number[]}, value: TitleItem]
  "titles.candidates": [args: {title_id?: number; field?: string | null}, value: TitleValue[]]
  "titles.edit": [args: {title_id?: number; field?: string; value?: string}, value: ValueDecision]
  "titles.facets": [args: {query?: string; keys?: string[]; filters?: any}, value: Record<string, TitleFacet>]
  "titles.follow": [args: {}, value: Job | null]
  "titles.get": [args: {title_id?: number}, value: IdentifiedTitle]
  "titles.identify": [args: {library_ids?: number[]; priority?: number | string}, value: Job]
  "titles.ids": [args: {query?: string; sort?: string; descending?: boolean; filters?: any}, value: number[]]
  "titles.list": [args: {query?: string; sort?: string; descending?: boolean; page?: number; per_page?: number; filters?: any}, value: TitlePage]
  "titles.lock": [args: {title_id?: number; fields?: string[]}, value: TitleValue[]]
  "titles.move": [args: {file_ids?: number[]; title_id?: number | null; kind?: string; title?: string; year?: number | string | null; role?: string; season?: number | string | null; episodes?: number[]}, value: FileMove]
  "titles.of_files": [args: {file_ids?: number[]}, value: TitleItem[]]
  "titles.plan_values": [args: {title_ids?: number[]; fields?: string[]}, value: DecisionReport]
  "titles.planned_values": [args: {title_ids?: number[]; page?: number; per_page?: number}, value: PlannedValues]
  "titles.preview_values": [args: {title_ids?: number[]; fields?: string[]; examples?: number}, value: FieldsPreview]
  "titles.related": [args: {title_id?: number; limit?: number}, value: RelatedTitle[]]
  "titles.set": [args: {title_id?: number; field?: string; value?: string}, value: TitleValue[]]
  "titles.set_library_kind": [args: {library_id?: number; kind?: string}, value: Job | null]
  "titles.set_lock": [args: {title_id?: number; field?: string; locked?: boolean}, value: ValueDecision]
  "titles.set_values": [args: {title_id?: number; values?: Record<string, string>}, value: TitleValue[]]
  "titles.shown_values": [args: {title_id?: number}, value: TitleValue[]]
  "titles.unassign": [args: {file_ids?: number[]; priority?: number | string}, value: Job]
  "titles.unlock": [args: {title_id?: number; fields?: string[] | null}, value: TitleValue[]]
  "tokens.add": [args: {name?: string; permissions?: string[]; days?: number | null; libraries?: number[] | null; user?: string}, value: NewToken]
  "tokens.list": [args: {user?: string}, value: ApiToken[]]
  "tokens.own": [args: {}, value: ApiToken[]]
  "tokens.revoke": [args: {token_id?: number}, value: ApiToken]
  "users.add": [args: {name?: string; password?: string; role?: string; libraries?: number[] | null}, value: User]
  "users.change": [args: {name?: string; new_name?: string | null; role?: string | null; enabled?: boolean | null}, value: User]
  "users.change_own_password": [args: {current?: string; password?: string; kept_session?: number | null}, value: User]
  "users.end_own_sessions": [args: {session_id?: number | null}, value: number]
  "users.end_sessions": [args: {name?: string; session_id?: number | null}, value: number]
  "users.get": [args: {name?: string}, value: User]
  "users.list": [args: {}, value: User[]]
  "users.own": [args: {}, value: User]
  "users.own_sessions": [args: {}, value: UserSession[]]
  "users.remove": [args: {name?: string}, value: User]
  "users.sessions": [args: {name?: string}, value: UserSession[]]
  "users.set_libraries": [args: {name?: string; libraries?: number[] | null}, value: User]
  "users.set_password": [args: {name?: string; password?: string}, value: User]
  "users.show_library": [args: {name?: string; library_id?: number; is_shown?: boolean}, value: User]
  "verification.add": [args: {query?: string; file_ids?: number[]}, value: Job]
  "views.default": [args: {}, value: SavedView | null]
  "views.list": [args: {}, value: SavedView[]]
  "views.remove": [args: {view_id?: number}, value: SavedView]
  "views.rename": [args: {view_id?: number; name?: string}, value: SavedView]
  "views.restore": [args: {view?: SavedView}, value: SavedView]
  "views.save": [args: {name?: string; query?: string; sort?: string; descending?: boolean}, value: SavedView]
  "views.set_default": [args: {view_id?: number | null}, value: null]
  "webhooks.add": [args: {kind?: string; name?: string; folder_map?: string[][]; anchor?: string}, value: NewSecret]
  "webhooks.change": [args: {name?: string; folder_map?: string[][] | null; anchor?: string | null; enabled?: boolean | null}, value: WebhookSource]
  "webhooks.event": [args: {event_id?: number}, value: WebhookEvent]
  "webhooks.events": [args: {name?: string; state?: string; page?: number; per_page?: number}, value: WebhookEventPage]
  "webhooks.get": [args: {name?: string}, value: WebhookSource]
  "webhooks.last_events": [args: {}, value: WebhookEvent[]]
  "webhooks.list": [args: {}, value: WebhookSource[]]
  "webhooks.new_secret": [args: {name?: string}, value: NewSecret]
  "webhooks.receive": [args: {name?: string; secret?: string; body?: string; sender?: string}, value: string]
  "webhooks.remove": [args: {name?: string}, value: WebhookSource]
  "webhooks.repeat": [args: {event_id?: number}, value: WebhookEvent]
  "webhooks.send_test": [args: {name?: string}, value: WebhookEvent]
  "webhooks.try_folders": [args: {name?: string}, value: PathTrial[]]
  "webhooks.try_path": [args: {name?: string; path?: string}, value: PathTrial]
}
}
