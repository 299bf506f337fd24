"""What edits and refusals teach: style learnt from approved edits, and proposals that a person decides on."""
