"""From a selection of the plan to a dry run or a write."""
