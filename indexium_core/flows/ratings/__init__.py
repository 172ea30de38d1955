"""
Ratings that are written at once.

In: a change of the plan, and the folders whose ratings do not wait for a write of the plan. Out: operations that write
only ratings, with journal, verification and history like every other.
"""
