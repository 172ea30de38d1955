-- A decision changes neither the people of a file in the database nor its copies, so its mark lets the plan keep both.
ALTER TABLE plan_marks ADD COLUMN by_decision BOOLEAN DEFAULT FALSE;
