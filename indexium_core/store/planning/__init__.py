"""The plan: versions, rows, facets and exports."""
