-- Estimates use the measured speed of the disk of each file. A disk is known by the library that holds the file, because the
-- id of a library stays the same, while a device number changes with each start of the machine. To read the library of
-- each row from the files would cost more than all counts of the plan.

-- The plan can be computed again at any time.
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
DELETE FROM plan_rows;
DROP VIEW plan_items;
ALTER TABLE plan_rows ADD COLUMN disk_id INTEGER;  -- the library that holds the file
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
       container, disk_id, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names,
       old_comment, new_comment
FROM plan_rows;

-- The rate of a disk from a list of rates and the list of their disks; `otherwise` if the disk has none.
CREATE MACRO rate_of_disk(rates, disks, disk, otherwise) AS
    coalesce(list_extract(rates::DOUBLE[], list_position(disks::INTEGER[], disk)), otherwise);
