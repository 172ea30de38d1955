"""
Exchange: export of a plan as CSV or JSON, and import of an edited spreadsheet as decisions.

In: a plan, or the bytes of a spreadsheet. Out: the pieces of an export, or the preview of an import and its decisions.
"""
