-- The libraries that a person sees.

ALTER TABLE users ADD COLUMN all_libraries BOOLEAN DEFAULT TRUE;   -- FALSE: only those of user_libraries, perhaps none
CREATE TABLE user_libraries (user_id INTEGER NOT NULL, library_id INTEGER NOT NULL);
