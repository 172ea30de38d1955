"""Pictures of titles: candidates, their order, the names of local ones, and the addresses that may be asked."""
