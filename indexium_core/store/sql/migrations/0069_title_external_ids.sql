-- What names, NFO files of others and senders have said about the ids of films and series. It stays here when the names and the files
-- are gone, so that a film whose folder was renamed and whose file was replaced is still the same film. Ids by hand and those of an
-- accepted match are only in `title_values`: a match that is corrected leaves no id behind.
CREATE TABLE title_external_ids (
    entity_type VARCHAR NOT NULL,                  -- movie, series
    entity_id BIGINT NOT NULL,
    provider VARCHAR NOT NULL,                     -- kind of the id: tmdb, imdb, tvdb
    external_id VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,                       -- name, nfo, sender
    known_at TIMESTAMPTZ NOT NULL
);
-- Homes until now have these ids as values. NFO files that Indexium has published prove nothing: the next identification reads
-- what others wrote into them.
INSERT INTO title_external_ids BY NAME
SELECT v.entity_type, v.entity_id, substring(v.field, 1, length(v.field) - 3) AS provider, v.value->>'$' AS external_id, v.origin,
       v.fetched_at AS known_at
FROM title_values AS v
WHERE v.entity_type IN ('movie', 'series') AND ends_with(v.field, '_id') AND v.origin IN ('name', 'nfo', 'sender')
  AND coalesce(v.value->>'$', '') <> ''
  AND NOT (v.origin = 'nfo' AND EXISTS (FROM published_files AS p WHERE p.kind = 'nfo' AND p.entity_type = v.entity_type
                                                                      AND p.entity_id = v.entity_id))
QUALIFY row_number() OVER (PARTITION BY v.entity_type, v.entity_id, v.field
                           ORDER BY list_position(['nfo', 'name', 'sender'], v.origin)) = 1;
