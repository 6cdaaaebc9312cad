"""Tests on the real thing: the whole system started, a real browser, a real Prefect server."""
