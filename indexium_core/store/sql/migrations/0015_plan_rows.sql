-- Text of the plan is stored as it is: to compress it is a tenth of the cost of a plan, and to unpack it a third of the cost of
-- a page. Names of people stay compressed, because counts by person use their dictionary. Rows need no stored digest: it is
-- computed where two rows are compared.

-- The plan can be computed again at any time.
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
DROP VIEW plan_items;
DROP TABLE plan_rows;
CREATE TABLE plan_rows (
    variant_id INTEGER NOT NULL,
    file_id BIGINT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT,                             -- NULL: in force
    existing VARCHAR[] NOT NULL,                   -- people that the file names
    result VARCHAR[],                              -- NULL: nothing would change
    known VARCHAR[],                               -- people of the database; NULL: as result, else as existing
    added VARCHAR[],                               -- NULL: the whole result
    removed VARCHAR[],                             -- NULL: no people
    added_count INTEGER NOT NULL,                  -- to count a list, all its names would be read
    removed_count INTEGER NOT NULL,
    old_comment VARCHAR USING COMPRESSION uncompressed,
    new_comment VARCHAR USING COMPRESSION uncompressed,
    places STRUCT("where" VARCHAR, "old" VARCHAR, "new" VARCHAR)[],  -- NULL: one text at most
    category plan_word NOT NULL,
    risk_level plan_word NOT NULL,
    issues INTEGER NOT NULL,                       -- a bit for each code of `issue_codes`
    container VARCHAR NOT NULL,
    est_seconds DOUBLE NOT NULL,
    est_bytes BIGINT NOT NULL,
    edited BOOLEAN NOT NULL,
    postponed BOOLEAN NOT NULL,
    people_mode plan_word NOT NULL,                -- the mode that was in force
    comment_mode plan_word NOT NULL,
    names VARCHAR USING COMPRESSION uncompressed   -- people of the database, the file and the result, folded, one per line
);
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
            END AS changes,
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update,
       CASE WHEN issues = 0 THEN [] ELSE issue_codes(issues) END AS issues, issues AS issue_bits,
       container, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names,
       old_comment, new_comment
FROM plan_rows;
