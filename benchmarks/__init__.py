"""One command a question; prints ratios against a baseline run beside it."""
