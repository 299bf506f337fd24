"""The web application: what its pages cost at the size of a large company."""
