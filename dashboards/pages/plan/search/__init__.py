"""Search of the plan page: search box, filters, saved views and sort order."""
