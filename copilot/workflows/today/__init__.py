"""What a person's day holds: meetings, what waits, what is at risk, and the first steps of somebody new."""
