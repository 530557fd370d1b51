"""A city's design of its card, read from its file."""
