"""
The operations that run in this process.

In: the job of an operation that is in the ledger. Out: results in the ledger and the catalog, and events.
`operations` has all of them, `operation_runner` runs one, `operation_run` is its state, `throughput` estimates its
end, `blockers` finds a problem of all its files.
"""
