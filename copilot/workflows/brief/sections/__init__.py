"""The sections of a brief, one module each: `write(context) -> list[Line]`, never empty."""
