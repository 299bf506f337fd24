"""Reading export files and knowing the headers that the systems write.

Invariant: a reader yields every row of its file exactly once, or refuses the whole file with the reason.
"""
