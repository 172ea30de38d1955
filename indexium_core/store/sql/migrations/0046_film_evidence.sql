-- How sure it is that a film or series is one, and no home video: what its names, folders and durations say.
CREATE TABLE film_evidence (
    entity_type VARCHAR NOT NULL,                  -- movie, series
    entity_id BIGINT NOT NULL,
    is_enough BOOLEAN NOT NULL,                    -- its name may be searched
    points INTEGER NOT NULL,
    reasons JSON NOT NULL,                         -- sentences
    PRIMARY KEY (entity_type, entity_id)
);
-- Films and series whose names are not searched until a person answers. A title without a row is one of them. A value by hand, a
-- search by hand, an accepted match and a file that a person moved are answers.
CREATE VIEW kept_back_titles AS
SELECT t.entity_type, t.id AS entity_id, coalesce(e.reasons, '[]') AS reasons
FROM (SELECT 'movie' AS entity_type, id, state FROM movies UNION ALL SELECT 'series', id, state FROM series) AS t
LEFT JOIN film_evidence AS e ON e.entity_type = t.entity_type AND e.entity_id = t.id
ANTI JOIN touched_titles AS u ON u.entity_type = t.entity_type AND u.entity_id = t.id
ANTI JOIN (SELECT entity_type, entity_id FROM title_searches WHERE state IN ('open', 'later', 'accepted')) AS s
    ON s.entity_type = t.entity_type AND s.entity_id = t.id
WHERE t.state <> 'ignored' AND NOT coalesce(e.is_enough, FALSE);
