"""
History: past operations, rollback, retry.

In: an operation id. Out: what happened to each file, which files can be rolled back, and the operation that does it.
"""
