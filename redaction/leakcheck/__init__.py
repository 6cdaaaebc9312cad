"""The proof over finished bytes, by readers that share no code with the writers."""
