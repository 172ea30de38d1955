"""
People: the assignments of people to files.

In: names entered by hand, CSV, JSON and legacy databases. Out: assignments, import reports and suggestions.
"""
