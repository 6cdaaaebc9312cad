"""Changes to the account tables, in order."""
