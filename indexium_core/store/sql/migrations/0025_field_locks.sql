-- The statements get the fields that can be locked as a parameter, because the table of fields has them.
DROP MACRO lockable_fields;
