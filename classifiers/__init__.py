"""Labels and their grounds: one of the two leaves of floor 1."""
