-- The searchable names of each file as one folded text: a search in lists of names takes ten times as long.

-- Folds a text like `people.fold`, except for compatibility letters (ﬁ, ②). Most names need only a part of this, and
-- all of it costs twenty times as much as lower() alone.
CREATE MACRO folded(text) AS CASE
    WHEN strlen(text) = length(text) THEN lower(text)
    WHEN NOT regexp_matches(text, '[ßẞæÆǽǼǣǢœŒþÞłŁøØǿǾđĐðÐħĦıς’–—]') THEN strip_accents(lower(text))
    ELSE replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        strip_accents(lower(text)),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ł', 'l'), 'ø', 'o'), 'đ', 'd'), 'ð', 'd'), 'ħ', 'h'),
        'ı', 'i'), 'ς', 'σ'), '’', ''''), '–', '-'), '—', '-')
END;
-- The bits of several codes of `issue_codes`, combined.
CREATE MACRO issue_mask(codes) AS coalesce(list_sum(list_transform(
    generate_series(0, 23),
    lambda bit: CASE WHEN list_has_any(codes, issue_codes(1 << bit)) THEN 1 << bit ELSE 0 END
)), 0)::INTEGER;

-- The plan can be computed again at any time.
DELETE FROM plan_rows;
DELETE FROM plans;
DELETE FROM plan_marks;
DELETE FROM plan_variants;
ALTER TABLE plan_rows ADD COLUMN names VARCHAR;        -- people of the database, the file and the result, one per line

CREATE OR REPLACE VIEW plan_items AS
SELECT variant_id, file_id, from_version, to_version, coalesce(known, result, existing) AS db_people,
       existing AS existing_people, coalesce(result, existing) AS result_people,
       CASE WHEN result IS NULL THEN [] ELSE coalesce(added, result) END AS tags_to_add,
       coalesce(removed, []) AS tags_to_remove, added_count, removed_count,
       CASE WHEN result IS NULL THEN []
            ELSE [{'field': 'comment', 'old': old_comment, 'new': new_comment, 'where': 'container'}] END AS changes,
       category, risk_level, risk_level NOT IN ('blocked', 'unchanged') AS can_update,
       CASE WHEN issues = 0 THEN [] ELSE issue_codes(issues) END AS issues, issues AS issue_bits,
       container, est_seconds, est_bytes, edited, postponed, people_mode, comment_mode, names
FROM plan_rows;
