"""What the database knows around a draft, read once before the detectors run.

Invariant: detectors get facts, never a connection; what is read here is read for the detectors only and never shown
to the viewer, so a finding must not quote what the viewer may not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import ContactFacts
from copilot.domain.drafts import Audience, Draft
from copilot.domain.elsewhere import Elsewhere
from copilot.domain.facts import parse_evidence_id
from copilot.domain.language import Language
from copilot.domain.prices import ListedPrice
from copilot.guardrails.leakage_sought import OwnNames, sought_in
from copilot.store.commitment_sources import CitedDocument, CommitmentSourcesRepository
from copilot.store.database import UnitOfWork
from copilot.store.surroundings import SurroundingsRepository
from copilot.store.surroundings_contacts import Asked, ContactFactsRepository
from copilot.store.surroundings_elsewhere import ElsewhereRepository
from copilot.store.surroundings_internal import InternalText, InternalTextsRepository
from copilot.store.voices import Voice, VoicesRepository

_OFTEN_WRITTEN = {Language.ES: ("ES", "MX", "GB", "US"), Language.EN: ("GB", "US", "ES", "MX")}
"""Countries whose national formats turn up in business text of a language, whatever the account's own is."""
_CODE_LENGTH = 2
_LOOK_BACK_DAYS = 366
"""How far back touches and words of recipients are read; the policy's windows are at most that long."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts by detector. Everything has an empty default, so that a draft can be checked without a database."""

    known_names: frozenset[str] = frozenset()
    """People around the account: its contacts and our own staff."""
    contact_names: frozenset[str] = frozenset()
    """Of `known_names`: the account's contacts."""
    staff_names: frozenset[str] = frozenset()
    """Of `known_names`: our own people."""
    organisations: frozenset[str] = frozenset()
    """The account's name and the names of our products."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, the account's own first."""
    price_list: tuple[ListedPrice, ...] = ()
    """Every line of the price book, also those that are no longer or not yet valid."""
    cited_documents: Mapping[str, CitedDocument] = field(default_factory=dict)
    """By document id: what the documents behind the cited passages are to the business."""
    own_domains: frozenset[str] = frozenset()
    """Mail domains of our own people."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """What the draft's text has in common with other accounts."""
    elsewhere_complete: bool = True
    """Whether everything in the text could be looked up."""
    internal_texts: tuple[InternalText, ...] = ()
    """For a draft that leaves the company: what was written about the account for ourselves."""
    voices: Mapping[str, Voice] = field(default_factory=dict)
    """By evidence id: who wrote or said the cited passages."""
    contacts: ContactFacts | None = None
    """For a draft that leaves the company: its recipients. None: not read."""


def read_surroundings(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Surroundings:
    """Read everything that any detector needs to know about the world around `draft`."""
    around = SurroundingsRepository(uow).neighbourhood(draft.account_id, viewer=viewer)
    sources = CommitmentSourcesRepository(uow)
    sought = sought_in(draft, own=OwnNames.of(around.contacts | around.staff | around.account | around.products))
    return Surroundings(
        known_names=around.contacts | around.staff,
        contact_names=around.contacts,
        staff_names=around.staff,
        organisations=around.account | around.products,
        countries=_countries(around.country, language=draft.language),
        price_list=sources.prices(),
        cited_documents=sources.documents(
            (item.document_id for item in draft.evidence if item.document_id), viewer=viewer
        ),
        own_domains=sources.own_domains(),
        elsewhere=ElsewhereRepository(uow).find(sought, account_id=draft.account_id),
        elsewhere_complete=sought.complete,
        internal_texts=_internal_texts(draft, viewer=viewer, uow=uow),
        voices=VoicesRepository(uow).of(draft.evidence, viewer=viewer),
        contacts=read_contacts(draft, sender=viewer.name, uow=uow),
    )


def read_for_release(draft: Draft, *, item_id: str, sender: str, viewer: Viewer, uow: UnitOfWork) -> Surroundings:
    """The same for a draft that is about to leave as the queue's item `item_id`, on behalf of `sender`."""
    contacts = read_contacts(draft, sender=sender, uow=uow, without_item=item_id)
    return replace(read_surroundings(draft, viewer=viewer, uow=uow), contacts=contacts)


def read_contacts(
    draft: Draft, *, sender: str, uow: UnitOfWork, without_item: str | None = None
) -> ContactFacts | None:
    """What is known about the recipients; None for a draft to nobody. `without_item`: its own item in the queue."""
    if not draft.recipients:
        return None
    asked = Asked(
        recipients=draft.recipients,
        account_id=draft.account_id,
        sender=sender,
        touch_days=_LOOK_BACK_DAYS,
        text_days=_LOOK_BACK_DAYS,
        without_item=without_item,
    )
    return ContactFactsRepository(uow).read(asked)


def _internal_texts(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> tuple[InternalText, ...]:
    """Nothing for what stays inside the company, where such texts may be told."""
    if draft.audience is Audience.INTERNAL or draft.account_id is None:
        return ()
    addresses = (parse_evidence_id(item.id) for item in draft.evidence)
    cited = {item.subject_id for item in addresses if item is not None}
    cited |= {item.document_id for item in draft.evidence if item.document_id}
    return InternalTextsRepository(uow).of_account(draft.account_id, cited=cited, viewer=viewer)


def _countries(own: str | None, *, language: Language) -> tuple[str, ...]:
    known = (own.upper(),) if own is not None and len(own) == _CODE_LENGTH and own.isalpha() else ()
    return tuple(dict.fromkeys((*known, *_OFTEN_WRITTEN[language])))
