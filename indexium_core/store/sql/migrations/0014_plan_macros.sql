-- The rows of one version of the plan: those in force from `from_version` on and before `to_version`.
CREATE MACRO plan_rows_of(variant, version) AS TABLE
SELECT * FROM plan_rows
WHERE variant_id = variant AND from_version <= version AND coalesce(to_version > version, TRUE);

-- The items of one version of the plan.
CREATE MACRO plan_items_of(variant, version) AS TABLE
SELECT * FROM plan_items
WHERE variant_id = variant AND from_version <= version AND coalesce(to_version > version, TRUE);

-- Whether a name may be written into a comment: the rule of `people_comment.validate_name`.
CREATE MACRO is_valid_name(name) AS
    length(name) BETWEEN 1 AND 200 AND NOT regexp_matches(name, '[;|"\x00-\x1f\x7f-\x{9f}]');
