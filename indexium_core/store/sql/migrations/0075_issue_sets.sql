-- A rule of risk needs no place in the schema: until now each had its bit in a column of 31, and a macro listed all of them.

-- The codes of each issue set that a plan row has. A row has the number of its set, because a list in each row would cost more
-- than the rest of the row.
CREATE TABLE issue_sets (
    variant_id INTEGER NOT NULL,
    issue_set BIGINT NOT NULL,                    -- a number in this variant; 0: no issues
    codes VARCHAR[] NOT NULL,                      -- the most severe first
    severities VARCHAR[] NOT NULL,                 -- of each code
    level plan_word NOT NULL,                      -- risk level of a changed file
    without_copies BIGINT NOT NULL                -- the same set for somebody who does not see the copies of the file
);
-- The issue sets that contain some code.
CREATE MACRO issue_sets_with(variant, wanted) AS TABLE
SELECT issue_set FROM issue_sets WHERE variant_id = variant AND list_has_any(codes, wanted);
-- The issue sets of files with copies, with set and level without them.
CREATE VIEW issue_sets_of_copies AS
SELECT s.variant_id, s.issue_set, o.issue_set AS own_set, o.level AS own_level
FROM issue_sets AS s JOIN issue_sets AS o ON o.variant_id = s.variant_id AND o.issue_set = s.without_copies
WHERE s.issue_set <> s.without_copies;

-- The rules that computed a variant (`risk_sql.py`). Those of this version computed all variants until now.
ALTER TABLE plan_variants ADD COLUMN rules VARCHAR;
UPDATE plan_variants SET rules = '4657b80aa88a1f83';

DROP VIEW plan_items;
ALTER TABLE plan_rows ALTER issues TYPE BIGINT;
ALTER TABLE plan_rows RENAME issues TO issue_set;
INSERT INTO issue_sets
WITH rules AS (
    SELECT rule[1] AS code, rule[2] AS severity, 1::BIGINT << (place - 1)::INTEGER AS part
    FROM (SELECT unnest(rules) AS rule, generate_subscripts(rules, 1) AS place FROM (SELECT [
        ['missing_file', 'blocked'], ['offline', 'blocked'], ['unreadable', 'blocked'], ['read_only', 'blocked'],
        ['unsupported_container', 'blocked'], ['corrupt', 'blocked'], ['invalid_person_name', 'blocked'],
        ['no_strategy_yet', 'blocked'], ['file_growing', 'blocked'], ['hard_linked', 'blocked'],
        ['field_unsupported', 'blocked'], ['custom_comment', 'danger'], ['tag_removal_all', 'danger'],
        ['case_collision', 'danger'], ['text_encoding', 'danger'], ['value_lost', 'danger'], ['tag_removal', 'warning'],
        ['overwrite_comment', 'warning'], ['edit_outdated', 'warning'], ['hard_linked', 'warning'],
        ['full_rewrite', 'warning'], ['low_space', 'warning'], ['duplicate_content', 'warning'],
        ['damaged_tail', 'warning'], ['value_replaced', 'warning'], ['field_unsupported', 'warning'],
        ['full_rewrite', 'note'], ['other_readers_differ', 'note'], ['shown_as_plot', 'note'], ['rolled_back', 'note']
    ] AS rules))
), without AS (
    SELECT DISTINCT variant_id, unnest([issue_set, issue_set & ~(1::BIGINT << 22)]) AS issue_set FROM plan_rows
)
SELECT variant_id, issue_set, coalesce(list(code ORDER BY part) FILTER (part IS NOT NULL), []),
       coalesce(list(severity ORDER BY part) FILTER (part IS NOT NULL), []),
       CASE WHEN bool_or(severity = 'blocked') THEN 'blocked' WHEN bool_or(severity = 'danger') THEN 'danger'
            WHEN bool_or(severity = 'warning') THEN 'warning' ELSE 'safe' END,
       issue_set & ~(1::BIGINT << 22)
FROM without LEFT JOIN rules ON issue_set & part <> 0 GROUP BY variant_id, issue_set;

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
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update, issue_set,
       container, disk_id, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names,
       old_comment, new_comment, fields, field_values
FROM plan_rows;
DROP MACRO issue_codes;
DROP MACRO issue_mask;
