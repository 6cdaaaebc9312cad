"""The office: register, review, portal."""
