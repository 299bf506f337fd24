"""Language and form of address, from how both sides have written to each other.

Invariant: what a person chose stands; else it is read from the conversation, then from earlier ones with the same
contact, then from the records. Where nothing tells, the more formal of two forms is used, and the provenance says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.domain.records import Contact
from copilot.workflows.follow_up.choices import FollowUpRequest, Manner, Register
from copilot.workflows.follow_up.cues import cue, has_cue
from copilot.workflows.follow_up.sources import Conversation
from copilot.workflows.reading.names import same_person
from copilot.workflows.reading.types import Reading, Sentence, Side

_ENOUGH_WORDS = 4
_WEIGHTY = 3
"""`usted`, `Estimada`, `Dear` say more than a pronoun that may be somebody else's."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """Sentences between us and one contact."""

    theirs: tuple[Sentence, ...]
    ours: tuple[Sentence, ...]

    @property
    def all(self) -> tuple[Sentence, ...]:
        return (*self.theirs, *self.ours)


def manner_of(
    talk: Conversation,
    to: Sequence[Contact],
    facts: AccountFacts,
    reading: Reading,
    *,
    documents: Sequence[StoredDocument],
    wanted: FollowUpRequest,
) -> Manner:
    """Language, form of address and tone for these recipients."""
    language, language_why = _language(talk, to[0], facts, reading)
    if wanted.language is not None:
        language, language_why = wanted.language, "chosen"
    told_to = {item.id: item.participants[1].lower() for item in documents if _is_sent(item)}
    register, register_why = _register(talk, to, reading, language, told_to)
    if wanted.register is not None:
        register, register_why = wanted.register.within(language), "chosen"
    why = {"language_from": language_why, "register_from": register_why}
    return Manner(language=language, register=register, variant=wanted.variant, why=why)


def _is_sent(document: StoredDocument) -> bool:
    return document.kind is DocumentKind.EMAIL and document.direction == "outbound" and len(document.participants) > 1


def _language(talk: Conversation, main: Contact, facts: AccountFacts, reading: Reading) -> tuple[Language, str]:
    own = _said_by(main, reading.sentences)
    here = [item for item in own if item.document_id in talk.document_ids]
    for said, why in ((here, "their words in this conversation"), (_latest_text(own), "their latest message")):
        text = " ".join(item.text for item in said)
        if len(text.split()) >= _ENOUGH_WORDS:
            prior = said[0].language if said else None
            return detect(text, prior=prior), why
    for stated, why in ((main.language, "the contact's record"), (facts.account.language, "the account's record")):
        known = _known(stated)
        if known is not None:
            return known, why
    document = talk.main.language
    return (Language(document), "the conversation") if document else (detect(talk.main.text), "the conversation")


def _known(stated: str | None) -> Language | None:
    folded = flat(stated or "").strip()
    if folded[:2] in {"es", "sp", "ca"} and folded:
        return Language.ES
    return Language.EN if folded[:2] in {"en", "in"} and folded else None


def _latest_text(own: Sequence[Sentence]) -> list[Sentence]:
    return [item for item in own if item.document_id == own[-1].document_id] if own else []


def _said_by(contact: Contact, sentences: Iterable[Sentence]) -> list[Sentence]:
    return [
        item
        for item in sentences
        if item.side is Side.CUSTOMER and item.speaker and same_person(item.speaker, contact.name)
    ]


def _register(
    talk: Conversation, to: Sequence[Contact], reading: Reading, language: Language, told_to: Mapping[str, str]
) -> tuple[Register, str]:
    """The most formal of what is used with each of the recipients."""
    near, far = _pair(language)
    found: list[tuple[Register, str]] = []
    for contact in to:
        for heard, why in _histories(contact, talk, reading, language, told_to):
            told = _told(heard, language)
            if told is not None:
                found.append((told, why))
                break
    if not found:
        return (far, "nothing tells") if language is Language.ES else (near, "nothing tells")
    return next((item for item in found if item[0] is far), found[0])


def _histories(
    contact: Contact, talk: Conversation, reading: Reading, language: Language, told_to: Mapping[str, str]
) -> Iterator[tuple[_Heard, str]]:
    """What tells, the most telling first. English shows its distance in letters, never in talk; Spanish in both."""
    here = _between(contact, reading.sentences, talk.document_ids, told_to)
    ever = _between(contact, reading.sentences, None, told_to)
    if language is Language.EN:
        yield _written(here), "this conversation"
        yield _written(ever), "earlier emails"
    yield here, "this conversation"
    yield ever, "earlier conversations"
    yield _with_anybody(reading.sentences), "how others of the account are addressed"


def _with_anybody(sentences: Sequence[Sentence]) -> _Heard:
    said = [item for item in sentences if item.kind is not DocumentKind.NOTE]
    theirs, ours = (tuple(item for item in said if item.side is side) for side in (Side.CUSTOMER, Side.US))
    return _Heard(theirs=theirs, ours=ours)


def _written(heard: _Heard) -> _Heard:
    theirs, ours = (
        tuple(item for item in said if item.kind is DocumentKind.EMAIL) for said in (heard.theirs, heard.ours)
    )
    return _Heard(theirs=theirs, ours=ours)


def _pair(language: Language) -> tuple[Register, Register]:
    return (Register.TU, Register.USTED) if language is Language.ES else (Register.INFORMAL, Register.FORMAL)


def _told(heard: _Heard, language: Language) -> Register | None:
    """The form that is used; of signs of both, the distant ones weigh more: they are rarely meant for somebody else."""
    near, far = _pair(language)
    texts = [flat(item.text) for item in heard.all if item.language is language]
    for suffix in ("", "_polite"):
        close, distant = (_signs(texts, f"{register.value}{suffix}") for register in (near, far))
        if close or distant:
            return far if distant * _WEIGHTY > close else near
    return None


def _signs(texts: Sequence[str], name: str) -> int:
    return sum(len(cue("register", name).findall(text)) for text in texts) if has_cue("register", name) else 0


def _between(
    contact: Contact, sentences: Sequence[Sentence], documents: frozenset[str] | None, told_to: Mapping[str, str]
) -> _Heard:
    """What the contact said, and what we said to them: an email to them first, in a call right after they spoke."""
    theirs: list[Sentence] = []
    ours: list[Sentence] = []
    last: dict[str, str | None] = {}
    for item in sentences:
        if documents is not None and item.document_id not in documents:
            continue
        if item.side is Side.CUSTOMER:
            last[item.document_id] = item.speaker
            if item.speaker and same_person(item.speaker, contact.name):
                theirs.append(item)
        elif item.side is Side.US and _is_to(contact, item, last.get(item.document_id), told_to):
            ours.append(item)
    return _Heard(theirs=tuple(theirs), ours=tuple(ours))


def _is_to(contact: Contact, item: Sentence, spoke_last: str | None, told_to: Mapping[str, str]) -> bool:
    if item.document_id in told_to:
        return contact.email is not None and told_to[item.document_id] == contact.email.lower()
    return spoke_last is not None and same_person(spoke_last, contact.name)
