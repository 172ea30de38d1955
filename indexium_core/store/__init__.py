"""Only DuckDB: tables, SQL and transactions. The functions return values. They contain no file access and no rules."""
