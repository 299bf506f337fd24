"""Whom the vault of a brief knows, and who may read what it holds.

Invariant 7: everybody around the account is known to the vault before anything leaves for a model: its contacts with
their addresses and numbers, our own people, and whoever is named as the speaker or author of a text.
"""

from copilot.domain.personal_data import Hints
from copilot.domain.pseudonyms import STAFF, KnownPerson
from copilot.guardrails.policy import GuardrailPolicy
from copilot.guardrails.pseudonyms import Vault
from copilot.workflows.brief.context import BriefContext


def vault_for(context: BriefContext, *, policy: GuardrailPolicy | None = None) -> Vault:
    """An empty vault that knows the people around the account."""
    facts = context.facts
    account = frozenset({facts.account.id})
    people = [
        KnownPerson(
            name=contact.name,
            emails=(contact.email,) if contact.email else (),
            phones=(contact.phone,) if contact.phone else (),
            sources=account,
        )
        for contact in facts.contacts
    ]
    people += [KnownPerson(name, sources=frozenset({STAFF}), is_contact=False) for name in facts.staff]
    named = {person.name for person in people}
    speakers = {item.speaker for item in context.reading.sentences if item.speaker} - named
    people += [KnownPerson(name, sources=account, is_contact=False) for name in sorted(speakers)]
    country = facts.account.country
    hints = Hints(
        language=context.language,
        countries=(country,) if country else (),
        organisations=frozenset({facts.account.name, *facts.products}),
    )
    return Vault(people, policy=policy, hints=hints, language=context.language)


def readable_sources(context: BriefContext) -> frozenset[str]:
    """What the person may see for whom the brief is written: it is gathered from nothing else."""
    return frozenset({context.facts.account.id, STAFF})


def masked_counts(vault: Vault) -> dict[str, str]:
    """For the provenance: how often each class of data was masked or removed, without the values."""
    return {"masked": ", ".join(f"{name} {count}" for name, count in vault.masked().items()) or "nothing"}
