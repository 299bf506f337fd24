"""Embedding models behind one port. Importing this package reads no file and starts no thread."""

from copilot.llm.embeddings.load import EmbedderChoice, load_embedder, select_embedder
from copilot.llm.embeddings.port import Embedder, Vectors

__all__ = ["Embedder", "EmbedderChoice", "Vectors", "load_embedder", "select_embedder"]
