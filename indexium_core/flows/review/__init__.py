"""
Review: what a person decides about the plan, before anything is written.

In: a target (search, selection or file ids) and a decision. Out: standing decisions, undo
steps, templates and saved views.
"""
