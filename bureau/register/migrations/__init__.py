"""Changes to the register's tables, in order."""
