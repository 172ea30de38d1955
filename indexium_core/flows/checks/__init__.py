"""
Checks: inconsistencies between database, files and plan, and their resolutions.

In: the catalog, the people and the plan. Out: findings, the ways to resolve them, and the decisions that do so.
"""
