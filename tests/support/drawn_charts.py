"""The chart library, loaded at the import of this module: each service loads it at its start, which takes seconds."""

from dashboards.components import drawing

drawing.load()
