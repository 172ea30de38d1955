-- How many files, or titles, a request had at each of its steps; NULL for older steps.
ALTER TABLE approval_entries ADD COLUMN files INTEGER;
