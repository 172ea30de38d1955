"""
Media properties: read them again, lock them against changes, list who changed them.

In: a target and field names. Out: properties, locks and audit events.
"""
