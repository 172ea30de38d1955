"""Writes in other processes: workers of this machine (`remote_edit`) and of a cluster (`cluster_edit`)."""
