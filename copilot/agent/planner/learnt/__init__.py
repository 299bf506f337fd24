"""A small network that hears what a message asks for where the rules do not know its words."""
