"""The pages and the interface for programs: the only importer of Flask, one package per surface."""
