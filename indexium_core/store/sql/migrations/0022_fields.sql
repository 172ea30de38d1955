-- The values of fields beside the comment, and their edits. A field without a value is not in the map, and a file without such
-- fields has NULL, which costs nothing.
ALTER TABLE scanned_files ADD COLUMN fields MAP(VARCHAR, VARCHAR);
-- Every place of such a field, as JSON; NULL if each field has one place.
ALTER TABLE scanned_files ADD COLUMN field_places JSON;
CREATE MACRO field_places_of(text) AS from_json(text,
    '[{"field": "VARCHAR", "where": "VARCHAR", "value": "VARCHAR", "takes_value": "BOOLEAN"}]');
CREATE MACRO fields_of(keys, field_values) AS CASE WHEN len(keys) > 0 THEN map(keys, field_values) END;

-- An edit of a field is a decision of the kind `field:<key>`.
ALTER TABLE decisions ADD COLUMN value VARCHAR;    -- of an edit of a field; NULL: the field is removed
CREATE MACRO edited_field(kind) AS CASE WHEN starts_with(kind, 'field:') THEN kind[7:] END;

-- The plan can be computed again at any time.
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
DELETE FROM plan_rows;
DROP VIEW plan_items;
-- The changes of fields beside the comment, one for each place; NULL: none. `is_writable`: the container has a place for the field.
ALTER TABLE plan_rows ADD COLUMN fields STRUCT("field" VARCHAR, "where" VARCHAR, "old" VARCHAR, "new" VARCHAR, is_writable BOOLEAN)[];
ALTER TABLE plan_rows ADD COLUMN field_values MAP(VARCHAR, VARCHAR);  -- the new values of these fields
CREATE VIEW plan_items AS
SELECT variant_id, file_id, from_version, to_version, coalesce(known, result, existing) AS db_people,
       existing AS existing_people, coalesce(result, existing) AS result_people,
       CASE WHEN result IS NULL THEN [] ELSE coalesce(added, result) END AS tags_to_add,
       coalesce(removed, []) AS tags_to_remove, added_count, removed_count,
       CASE WHEN result IS NULL THEN []
            ELSE list_transform(
                coalesce(places, [{'where': 'container', 'old': old_comment, 'new': new_comment}]),
                lambda p: {'field': 'comment', 'old': p."old", 'new': p."new", 'where': p."where",
                           'segment': CASE WHEN comment_mode = 'preserve' THEN people_segment(result) END})
            END
       || CASE WHEN fields IS NULL THEN []
               ELSE list_transform(list_filter(fields, lambda c: c.is_writable),
                   lambda c: {'field': c."field", 'old': c."old", 'new': c."new", 'where': c."where", 'segment': NULL})
               END AS changes,
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update,
       CASE WHEN issues = 0 THEN [] ELSE issue_codes(issues) END AS issues, issues AS issue_bits,
       container, disk_id, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names,
       old_comment, new_comment, fields, field_values
FROM plan_rows;

-- The codes of a plan's issues, by bit; `risk.BITS` has their severities. A code that occurs twice has different
-- severities in different files.
CREATE OR REPLACE MACRO issue_codes(bits) AS list_filter([
    'missing_file', 'offline', 'unreadable', 'read_only', 'unsupported_container', 'corrupt', 'invalid_person_name',
    'no_strategy_yet', 'file_growing', 'hard_linked', 'field_unsupported',
    'custom_comment', 'tag_removal_all', 'case_collision', 'text_encoding', 'value_lost',
    'tag_removal', 'overwrite_comment', 'edit_outdated', 'hard_linked', 'full_rewrite', 'low_space', 'duplicate_content',
    'damaged_tail', 'value_replaced', 'field_unsupported',
    'full_rewrite', 'other_readers_differ', 'shown_as_plot', 'rolled_back'
], lambda code, place: (bits >> (place - 1)::INTEGER) & 1 = 1);
CREATE OR REPLACE MACRO issue_mask(codes) AS coalesce(list_sum(list_transform(
    generate_series(0, 29),
    lambda bit: CASE WHEN list_has_any(codes, issue_codes(1 << bit)) THEN 1 << bit ELSE 0 END
)), 0)::INTEGER;
