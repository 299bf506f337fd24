"""What is held about a person: find it, hand it over, erase it, keep it erased, and let old data go."""
