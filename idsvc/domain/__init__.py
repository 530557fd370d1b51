"""The rules of the program as plain Python: no I/O, no clock, no randomness, no third party."""
