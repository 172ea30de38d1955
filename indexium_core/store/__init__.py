"""DuckDB, and nothing else: tables, SQL and transactions. Returns values; knows no file and no rule."""
