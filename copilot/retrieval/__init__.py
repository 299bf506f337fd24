"""Hybrid search over everything a viewer may read, the background index, and packing evidence for a model."""
