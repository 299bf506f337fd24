"""The account that somebody means by a name or an id.

Invariant: what a person may not see is named in no candidate and in no error.
"""

from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountHead, AccountRepository

_TEXTS = {
    "es": {
        "none": "No hay ninguna cuenta «{name}» entre las que puede ver.",
        "similar": "Quizá: {names}.",
        "search": "Búsquela con otra parte de su nombre.",
        "several": "Hay varias cuentas que coinciden con «{name}».",
        "say": "Escriba el nombre completo o el id de una: {names}.",
    },
    "en": {
        "none": "There is no account “{name}” among those you may see.",
        "similar": "Perhaps: {names}.",
        "search": "Search for it by another part of its name.",
        "several": "Several accounts match “{name}”.",
        "say": "Give the full name or the id of one: {names}.",
    },
}


def find_account(name: str, *, viewer: Viewer, repository: AccountRepository) -> AccountHead:
    """The account with this id or name. Raises NotFound or InputError, with candidates."""
    texts = _TEXTS[viewer.language]
    if name.startswith("acc_"):
        return repository.head(name, viewer=viewer)
    found = repository.named(name, viewer=viewer)
    exact = [item for item in found if item.name.casefold() == name.strip().casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        similar = [
            item.name for word in name.split() if len(word) > 2 for item in repository.named(word, viewer=viewer)
        ]
        hint = texts["similar"].format(names=", ".join(dict.fromkeys(similar))) if similar else texts["search"]
        raise NotFound(texts["none"].format(name=plain(name)), hint=hint)
    names = ", ".join(f"{item.name} ({item.id})" for item in found)
    raise InputError(texts["several"].format(name=plain(name)), hint=texts["say"].format(names=names))
