"""The portfolio: what comes up for renewal, what is at risk, what moved, where there is more to sell, what is forecast.

Invariant: only customers whom the viewer may see; a figure that cannot be believed is not there, and why it is not is.
"""
