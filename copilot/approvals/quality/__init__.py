"""How carefully people review: test items with a known fault, and figures about decisions."""
