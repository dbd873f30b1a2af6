"""The single-file verifier: what it has in place of other people's packages, its command line, its generator."""
