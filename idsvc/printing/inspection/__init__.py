"""Whether a design may be printed, judged on hard samples, and shown before."""
