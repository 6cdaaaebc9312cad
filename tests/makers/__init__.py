"""Makers: documents for tests, built by code and the same every time."""
