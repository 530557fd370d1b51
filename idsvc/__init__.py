"""Municipal ID issuance that keeps no record of who showed which papers."""
