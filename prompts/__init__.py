"""Prompts: data, not code. `manifest.toml` lists every version; a released file is never changed."""
