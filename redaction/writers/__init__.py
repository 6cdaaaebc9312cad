"""One writer per format: builds a new file, never edits the original."""
