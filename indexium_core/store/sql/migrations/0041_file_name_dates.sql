-- The parts of a date in the name of a file as wall time; NULL if there is no such day.
CREATE MACRO time_of_name_parts(found) AS
    TRY_STRPTIME(regexp_replace(found.day, '[^0-9]', '', 'g') || rpad(regexp_replace(found.clock, '[^0-9]', '', 'g'), 6, '0'), '%Y%m%d%H%M%S');
-- The date in the name of a file as wall time, NULL without one: 2015-02-16, 2015_02_16, 2015.02.16 or 20150216 between other
-- characters than digits, from 1900 to tomorrow; with the time if 14:30:12 or 143012 follows, also with - _ . between its parts.
CREATE MACRO name_time(file_name) AS CASE WHEN contains(file_name, '20') OR contains(file_name, '19') THEN list_filter([time_of_name_parts(regexp_extract(file_name,
    '(?:^|[^0-9])((?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])-[0-3][0-9]|_(?:0[1-9]|1[0-2])_[0-3][0-9]'
    || '|\.(?:0[1-9]|1[0-2])\.[0-3][0-9]|(?:0[1-9]|1[0-2])[0-3][0-9]))'
    || '(?:[ _T-]{0,3}((?:[01][0-9]|2[0-3])[-_.:]?[0-5][0-9][-_.:]?[0-5][0-9]))?(?:[^0-9]|$)', ['day', 'clock']))],
    lambda moment: epoch_us(moment) < epoch_us(now()) + 86_400_000_000)[1] END; -- contains: most names have neither, and a regular expression takes longer
-- The date under which a file is shown, as wall time: the first of these that it has. `ns` is its time before our own writes.
CREATE MACRO shown_date(edited, taken, dated, file_name, ns) AS
    coalesce(edited, taken, dated, name_time(file_name), to_timestamp(ns / 1e9)::TIMESTAMP);
-- Where this date comes from.
CREATE MACRO date_source(edited, taken, dated, file_name) AS CASE
    WHEN edited IS NOT NULL THEN 'edit' WHEN taken IS NOT NULL THEN 'taken' WHEN dated IS NOT NULL THEN 'field'
    WHEN name_time(file_name) IS NOT NULL THEN 'name' ELSE 'file' END;
