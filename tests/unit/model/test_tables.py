"""The types of the columns of tables do not depend on the values of a result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd
import pytest

from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.operation import (
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    PaginatedOperations,
)
from indexium_core.store.connection import typed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def types_of(frame: pd.DataFrame) -> dict[str, str]:
    return frame.dtypes.astype("str").to_dict()


def operation(**values: Any) -> MetadataOperation:
    counts = ("file_count", "success_count", "failure_count", "skipped_count", "conflict_count", "unknown_count")
    texts = ("error_message", "user_note", "user_action", "user_name", "source", "rollback_reason")
    known: dict[str, Any] = {**dict.fromkeys(counts, 1), **dict.fromkeys(texts, "")}
    known |= {"operation_type": "write", "status": "completed", "started_at": NOW, "completed_at": NOW, "seconds": 1.0}
    return MetadataOperation(id=1, plan_id=None, can_rollback=True, **{"reverts_id": None, **known, **values})


def history(*operations: MetadataOperation) -> PaginatedOperations:
    return PaginatedOperations(items=list(operations), total=len(operations), page=1, per_page=50)


def details(*items: ItemDetails) -> OperationDetails:
    status: Any = None
    return OperationDetails(
        operation=operation(), status=status, items=list(items), total=len(items), page=1, per_page=50
    )


def test_history_has_times_categories_and_integers_without_value() -> None:
    frame = history(operation(), operation(completed_at=None, reverts_id=7)).df()
    types = types_of(frame)

    assert (types["started_at"], types["completed_at"]) == ("datetime64[us, UTC]", "datetime64[us, UTC]")
    assert (types["status"], types["operation_type"]) == ("category", "category")
    assert (types["reverts_id"], types["file_count"], types["can_rollback"]) == ("Int64", "int64", "bool")
    assert frame["reverts_id"].isna().tolist() == [True, False]
    assert "paused" in frame["status"].cat.categories
    assert types == types_of(history().df())


def test_items_have_lists_of_people() -> None:
    texts = dict.fromkeys(("file_path", "file_name", "code", "message", "strategy"), "")
    item = ItemDetails(
        id=1, file_id=2, status="success", previous_comment=None, new_comment="x", tags_added=["Ann"], tags_removed=[],
        seconds=None, proof={}, processed_at=None, **texts,
    )  # fmt: skip
    frame = details(item).df()

    assert frame["tags_added"].tolist() == [["Ann"]]
    assert frame["previous_comment"].isna().all()
    assert types_of(frame) == types_of(details().df())


def test_dry_run_without_results_has_types() -> None:
    types = types_of(DryRunReport(items=[], counts={}, excluded={}).df())

    assert (types["file_id"], types["status"], types["seconds"]) == ("Int64", "category", "float64")


@pytest.fixture
def result() -> Any:
    def run(text: str) -> pd.DataFrame:
        with duckdb.connect() as connection:
            connection.execute(text)
            description = connection.description
            return typed(connection.df(), description or [])

    return run


def test_texts_are_texts_without_value_too(result: Any) -> None:
    for text in ("SELECT 'a' AS x", "SELECT NULL::VARCHAR AS x", "SELECT 'a' AS x WHERE false"):
        assert types_of(result(text)) == types_of(pd.DataFrame({"x": pd.Series(["a"], dtype="str")}))
    assert result("SELECT NULL::VARCHAR AS x")["x"].isna().all()


def test_lists_are_python_lists(result: Any) -> None:
    frame = result("SELECT * FROM (VALUES (['a', 'b'], [1]), ([], NULL)) AS t(x, y)")

    assert frame["x"].tolist() == [["a", "b"], []]
    assert frame["y"].tolist() == [[1], None]


def test_sums_are_integers(result: Any) -> None:
    assert result("SELECT sum(x) AS x FROM range(4) AS t(x)")["x"].tolist() == [6]
    assert types_of(result("SELECT sum(x) AS x FROM range(4) AS t(x)")) == {"x": "Int64"}
    assert result("SELECT sum(x) AS x FROM range(4) AS t(x) WHERE false")["x"].isna().all()
    assert types_of(result("SELECT 2::HUGEINT ** 80 :: HUGEINT AS x")) == {"x": "float64"}


def test_two_columns_may_have_one_name(result: Any) -> None:
    assert result("SELECT ['a'] AS x, NULL::VARCHAR AS x").shape == (1, 2)
