"""Whom the vault of a brief knows, and who may read what it holds.

Invariant 7: everybody around the account is known to the vault before anything leaves for a model: its contacts with
their addresses and numbers, our own people, and whoever is named as the speaker or author of a text.
"""

from collections.abc import Iterable, Sequence

from copilot.domain.account_facts import AccountFacts
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.pseudonyms import STAFF, KnownPerson
from copilot.guardrails.policy import GuardrailPolicy
from copilot.guardrails.pseudonyms import Vault
from copilot.workflows.brief.context import BriefContext


def vault_for(context: BriefContext, *, policy: GuardrailPolicy | None = None) -> Vault:
    """An empty vault that knows the people around the account."""
    speakers = {item.speaker for item in context.reading.sentences if item.speaker}
    return vault_around([(context.facts, speakers)], language=context.language, policy=policy)


def vault_around(
    accounts: Sequence[tuple[AccountFacts, Iterable[str]]],
    *,
    language: Language,
    policy: GuardrailPolicy | None = None,
) -> Vault:
    """An empty vault that knows the people around several accounts, each with who else speaks in its texts."""
    people = [person for facts, speakers in accounts for person in _people_around(facts, speakers)]
    countries = dict.fromkeys(facts.account.country for facts, _ in accounts if facts.account.country)
    hints = Hints(
        language=language,
        countries=tuple(countries),
        organisations=frozenset(name for facts, _ in accounts for name in (facts.account.name, *facts.products)),
    )
    return Vault(people, policy=policy, hints=hints, language=language)


def _people_around(facts: AccountFacts, speakers: Iterable[str]) -> list[KnownPerson]:
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
    others = set(speakers) - {person.name for person in people}
    return people + [KnownPerson(name, sources=account, is_contact=False) for name in sorted(others)]


def readable_sources(context: BriefContext) -> frozenset[str]:
    """What the person may see for whom the brief is written: it is gathered from nothing else."""
    return frozenset({context.facts.account.id, STAFF})


def masked_counts(vault: Vault) -> dict[str, str]:
    """For the provenance: how often each class of data was masked or removed, without the values."""
    return {"masked": ", ".join(f"{name} {count}" for name, count in vault.masked().items()) or "nothing"}
