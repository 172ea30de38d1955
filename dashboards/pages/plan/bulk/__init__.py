"""Edit of people over all selected files of the plan."""
