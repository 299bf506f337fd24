"""Language and embedding models, and counting their tokens. The only package that imports provider SDKs."""
