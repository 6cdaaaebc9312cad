"""What citizens see: three catalogues, documents, search. Reads published rows only."""
