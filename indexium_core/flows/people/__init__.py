"""
People: who is in which file.

In: names typed by a person, CSV, JSON and legacy databases. Out: assignments, import reports and suggestions.
"""
