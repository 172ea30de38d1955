"""The jobs page: running, waiting and ended jobs, one job in detail, and its log."""
