"""
Planning: what would change in which file, and how risky each change is.

In: the catalog, assignments and decisions. Out: versions of the plan, with search, charts and the details of a file.
"""
