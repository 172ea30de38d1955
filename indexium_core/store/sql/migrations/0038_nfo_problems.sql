-- The NFO files that the last identification of a library could not read whole.
CREATE TABLE nfo_problems (
    library_id INTEGER NOT NULL,
    path VARCHAR NOT NULL,                         -- for display
    folder VARCHAR NOT NULL,                       -- below the library folder
    stem VARCHAR NOT NULL,                         -- name without `.nfo`, in lower case
    problem VARCHAR NOT NULL                       -- a sentence
);
