-- Parts of plan_compute.sql for files that only decisions marked. DuckDB takes 15 ms to prepare the parts that these replace.

-- name: cast_of
-- Part of other statements: the people of each file, which are those of its row in force. Only a comparison of the keys tells
-- twins here, so each file may have some.
cast_of AS (
    SELECT file_id, list(name ORDER BY place) AS names, list(p.person_key ORDER BY place) AS keys, TRUE AS may_have_twin,
           bool_or(NOT is_valid_name(name)) AS has_invalid
    FROM (SELECT file_id, unnest(db_people) AS name, generate_subscripts(db_people, 1) AS place FROM in_force)
    JOIN (SELECT name, arg_min(person_key, person_id) AS person_key FROM people GROUP BY name) AS p USING (name)
    GROUP BY file_id
);

-- name: cast_names
-- Part of other statements: the names of these people.
coalesce(c.names, []);

-- name: cast_keys
-- Part of other statements: the keys of these people.
coalesce(c.keys, []);
