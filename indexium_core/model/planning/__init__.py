"""The plan as values: items, risk, facets and changes from a spreadsheet."""
