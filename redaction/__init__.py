"""Screening, masking and the proof: the other leaf of floor 1."""
