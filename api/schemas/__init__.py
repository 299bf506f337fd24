"""Bodies of answers, one module per noun. Domain types are used as they are where they fit."""
