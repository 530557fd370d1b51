"""One module for each use case. Session, keys, clock and program are arguments; nothing here commits.

What must outlive a rolled-back act (blobs) is written before it by the functions called `prepare…`; what must
not outlive a committed one (keys) is destroyed after it, from the `Doomed` that the act gives back.
"""
