"""
Exchange: the plan as CSV or JSON, and an edited spreadsheet as decisions.

In: a plan or the bytes of a spreadsheet. Out: the bytes of an export, or a preview of an import and its decisions.
"""
