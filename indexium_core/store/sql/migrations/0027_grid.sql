-- The text of a date as wall time: a year or a month is its first day, a zone is left out; NULL for any other text.
CREATE MACRO wall_time(text) AS
    TRY_CAST("left"(replace(text, 'T', ' ') || substr('0000-01-01 00:00:00', length(text) + 1), 19) AS TIMESTAMP);
