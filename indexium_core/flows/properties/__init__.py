"""
Media properties: read them again, lock them against changes, and list their changes with the user.

In: a target and field names. Out: properties, locks and audit events.
"""
