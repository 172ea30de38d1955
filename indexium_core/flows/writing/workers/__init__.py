"""Other places where a file is edited: a worker process (`process_edits`), or a cluster (`cluster_edits`)."""
