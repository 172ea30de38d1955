"""
Checks: find what disagrees in the library, and resolve it.

In: the catalog, people and the plan. Out: findings, their possible
resolutions, and the decisions that carry one out.
"""
