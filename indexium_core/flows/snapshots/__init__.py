"""
Snapshots: copies of the published tables that analysts query while Indexium works.

- `snapshots`: takes a snapshot after changes, and deletes old ones.
- `queries`: runs SQL of analysts in a process of its own, whose function is in `sandbox`.
- `query_text`: the fields of a query, completions, and the query as Python code. `saved_queries`: queries under a name.
- `analysis`: `connect`, a locked connection to the newest snapshot, and the files that it can be exported to.
"""
