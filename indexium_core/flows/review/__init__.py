"""
Review: the decisions of the user about the plan, before a write.

In: a target (search, selection or file ids) and a decision. Out: standing decisions, undo steps, templates and saved
views.
"""
