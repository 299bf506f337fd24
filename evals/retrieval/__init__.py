"""Measures search: quality on outside data (BEIR folders, XQuAD files) and speed at size."""
