"""
Calls of functions in the workers of a Dask cluster.

Input: plain functions with plain values. Output: their results. The cluster needs the packages of `indexium[cluster]`;
only `client` and `task` import them, when they are called.

- `client`: `Cluster`, an executor; it submits calls to the scheduler, and answers the callbacks of the workers.
- `task`: what a worker runs: the call, its callbacks, and the check of its version.
"""
