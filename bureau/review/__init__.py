"""The workbench: queue, item, secrecy review, status; views over the register's services."""
