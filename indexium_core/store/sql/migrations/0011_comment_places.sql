-- A file may have several texts of one comment. Preserve mode keeps each, so the plan shows the new state of each.
ALTER TABLE scanned_files ADD COLUMN places STRUCT(      -- every text of the comment, the one that players read first;
    "where" VARCHAR,                                     -- NULL: the file has at most one text
    "value" VARCHAR,                                     -- NULL: a write adds this one
    "before" VARCHAR, "after" VARCHAR, "without" VARCHAR, -- as comment_before, comment_after, comment_without
    takes_segment BOOLEAN,                               -- preserve mode exchanges its People segment
    takes_value BOOLEAN                                  -- replace mode writes the new text here, else removes it
)[];
ALTER TABLE scanned_files ADD COLUMN people_hidden BOOLEAN DEFAULT FALSE;  -- players do not show all of `people`
ALTER TABLE scanned_files ADD COLUMN ascii_only BOOLEAN DEFAULT FALSE;     -- an encoding that cannot hold every name

-- What is written: the segment of preserve mode, from which each text is made out of the file's own bytes.
ALTER TABLE metadata_operation_items ALTER changes
    TYPE STRUCT(field VARCHAR, "old" VARCHAR, "new" VARCHAR, "where" VARCHAR, segment VARCHAR)[]
    USING list_transform(changes, lambda c: {'field': c.field, 'old': c."old", 'new': c."new", 'where': c."where",
                                             'segment': NULL::VARCHAR});

-- The plan is computed again, because the bits of its issues have other meanings from now on.
DELETE FROM plan_rows;
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
ALTER TABLE plan_rows ADD COLUMN places STRUCT("where" VARCHAR, "old" VARCHAR, "new" VARCHAR)[];  -- NULL: one text at most

-- The codes of a plan's issues, by bit; `risk.BITS` has their severities. A code that occurs twice has different
-- severities in different files.
CREATE OR REPLACE MACRO issue_codes(bits) AS list_filter([
    'missing_file', 'offline', 'unreadable', 'read_only', 'unsupported_container', 'corrupt', 'invalid_person_name',
    'no_strategy_yet', 'file_growing', 'hard_linked',
    'custom_comment', 'tag_removal_all', 'case_collision', 'text_encoding',
    'tag_removal', 'overwrite_comment', 'edit_outdated', 'hard_linked', 'full_rewrite', 'low_space', 'duplicate_content',
    'damaged_tail',
    'full_rewrite', 'other_readers_differ', 'shown_as_plot', 'rolled_back'
], lambda code, place: (bits >> (place - 1)::INTEGER) & 1 = 1);
CREATE OR REPLACE MACRO issue_mask(codes) AS coalesce(list_sum(list_transform(
    generate_series(0, 25),
    lambda bit: CASE WHEN list_has_any(codes, issue_codes(1 << bit)) THEN 1 << bit ELSE 0 END
)), 0)::INTEGER;

-- A segment in the form of a comment: names separated by commas, a name with a comma in quotes; '' for no people.
CREATE MACRO people_segment(names) AS CASE
    WHEN len(names) = 0 THEN ''
    ELSE 'People: ' || array_to_string(
        list_transform(names, lambda name: CASE WHEN contains(name, ',') THEN '"' || name || '"' ELSE name END), ', ')
END;

CREATE OR REPLACE VIEW plan_items AS
SELECT variant_id, file_id, from_version, to_version, coalesce(known, result, existing) AS db_people,
       existing AS existing_people, coalesce(result, existing) AS result_people,
       CASE WHEN result IS NULL THEN [] ELSE coalesce(added, result) END AS tags_to_add,
       coalesce(removed, []) AS tags_to_remove, added_count, removed_count,
       CASE WHEN result IS NULL THEN []
            ELSE list_transform(
                coalesce(places, [{'where': 'container', 'old': old_comment, 'new': new_comment}]),
                lambda p: {'field': 'comment', 'old': p."old", 'new': p."new", 'where': p."where",
                           'segment': CASE WHEN comment_mode = 'preserve' THEN people_segment(result) END})
            END AS changes,
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update,
       CASE WHEN issues = 0 THEN [] ELSE issue_codes(issues) END AS issues, issues AS issue_bits,
       container, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names,
       old_comment, new_comment
FROM plan_rows;

-- An earlier version read only one of several texts of a comment, or lost bytes. The next scan reads these files again,
-- because the time of their last change now differs by a nanosecond. Until then, a write refuses them as changed.
UPDATE scanned_files SET mtime_ns = mtime_ns - 1
WHERE comment IS NOT NULL OR contains(lower(tags::VARCHAR), 'comment') OR contains(lower(tags::VARCHAR), 'description');
