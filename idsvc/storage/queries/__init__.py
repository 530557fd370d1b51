"""Named queries, one module per subject; none commits."""
