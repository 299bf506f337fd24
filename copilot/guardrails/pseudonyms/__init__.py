"""Personal data reaches a model only as consistent pseudonyms, and comes back only for readers entitled to it.

Invariant 7. `Vault` replaces and restores texts, `MaskedChatModel` (in `chat_model`, loaded only where a model is used)
is the one way through which messages leave for a model.
"""

from copilot.guardrails.pseudonyms.vault import Restored, Vault

__all__ = ["Restored", "Vault"]
