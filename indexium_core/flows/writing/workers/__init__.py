"""Where a file is edited: on the spot or in a worker process (`edit_execution`), or in a cluster (`cluster_edit`)."""
