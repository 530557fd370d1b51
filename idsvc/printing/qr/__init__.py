"""QR codes as matrices of modules."""
