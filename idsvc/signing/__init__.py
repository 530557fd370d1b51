"""Keys that sign, tag and die on a day, in files or PKCS#11 tokens; no interface returns a private key."""
