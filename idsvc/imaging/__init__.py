"""Pictures: untrusted ones read in a limited child process, portraits made from them, codes found in them."""
