"""Nouns of disclosure work: floor 0, standard library only."""
