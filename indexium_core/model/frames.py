"""Values as pandas tables with one type for each column, which does not depend on the values of a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

INTEGER = "Int64"  # an integer or no value
MOMENT = "datetime64[us, UTC]"  # a moment or no value
LIST = "object"  # Python lists


def frame(values: Iterable[object], columns: Mapping[str, str | Sequence[str]]) -> pd.DataFrame:
    """
    Return a table with a row for each value.

    `columns` has for each attribute its type in pandas, or the categories of its values in order.
    """
    import pandas as pd

    values = list(values)

    def column(name: str, kind: str | Sequence[str]) -> pd.Series:
        kind_of_column = kind if isinstance(kind, str) else pd.CategoricalDtype(list(kind))
        return pd.Series([getattr(value, name) for value in values], dtype=kind_of_column)

    return pd.DataFrame({name: column(name, kind) for name, kind in columns.items()})
