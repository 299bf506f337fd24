"""What a score of an account rests on, in words: what moved it, what would change it, and how others like it ended.

Invariant: an explanation is read off the score itself; nothing is said of it that the score does not do.
"""
