"""The query page: SQL of analysts on a snapshot, its result as a table and a chart."""
