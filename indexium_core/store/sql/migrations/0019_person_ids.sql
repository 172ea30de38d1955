-- Two people may have one name. The qualifier tells them apart; it is never written into files.
ALTER TABLE people ADD COLUMN qualifier VARCHAR DEFAULT '';
ALTER TABLE people ADD COLUMN picture_file_id BIGINT;      -- the file of the picture that the user chose; NULL: none
ALTER TABLE step_people ADD COLUMN qualifier VARCHAR DEFAULT '';
ALTER TABLE step_people ADD COLUMN picture_file_id BIGINT;

-- The people that a step merged. The records of the step stay while the merge is in force, so that it can be reverted.
CREATE TABLE person_merges (
    step_id BIGINT NOT NULL,
    person_id INTEGER NOT NULL,                    -- the person that the merge deleted
    into_id INTEGER NOT NULL                       -- the person that has the assignments now
);

-- The keys that fit several people: names that several people have, and aliases of several people that no person has as a
-- name. Two spellings of one key are one person unless the user says otherwise, so they do not count.
CREATE VIEW shared_keys AS
SELECT person_key AS key FROM people GROUP BY person_key, name HAVING count(*) > 1
UNION
SELECT alias_key FROM person_aliases WHERE alias_key NOT IN (SELECT person_key FROM people)
GROUP BY alias_key HAVING count(DISTINCT person_id) > 1;
