"""Reads all texts of an account at once.

Invariant: pure and deterministic; nothing a third party wrote changes what is read, only what is found.
"""

from collections.abc import Iterator, Sequence

from copilot.domain.account_facts import AccountFacts
from copilot.domain.document_messages import DocumentMessage, notice
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.records import Lifecycle
from copilot.workflows.reading.claims import RECENT, find_claims
from copilot.workflows.reading.instructions import instructed, split_off
from copilot.workflows.reading.names import words
from copilot.workflows.reading.outcomes import judge
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.promises import find_promise
from copilot.workflows.reading.sentences import day_of, read_sentences
from copilot.workflows.reading.statements import observe
from copilot.workflows.reading.types import Claim, Notice, Observation, Question, Reading, Sentence, Side, Topic

_SHORTEST_QUESTION = 20
_HIDDEN = notice(DocumentMessage.HIDDEN_TEXT, count=0).partition("0")[0]
"""How the notice on hidden text begins."""


def read_texts(documents: Sequence[StoredDocument], facts: AccountFacts) -> Reading:
    """Everything that the texts say, as of `facts.today`."""
    if not documents:
        return Reading()
    cast = Cast(facts, documents)
    sentences = read_sentences(documents, passages=facts.passages, cast=cast, today=facts.today)
    clean, instructions = split_off(sentences, {item.id: item.text for item in documents})
    churned = facts.account.lifecycle is Lifecycle.CHURNED
    promises = [found for item in clean if (found := find_promise(item, cast)) is not None]
    observations = observe(clean, known=_known_words(facts, cast))
    observations += [Observation(topic=Topic.INSTRUCTION, sentence=item) for item in instructions]
    return Reading(
        documents=len(documents),
        sentences=tuple(clean),
        commitments=tuple(judge(promises, clean, today=facts.today, whole_story=churned)),
        questions=tuple(_open_questions(clean, documents)),
        observations=tuple(observations),
        claims=tuple(find_claims(clean, today=facts.today, cast=cast)),
        notices=tuple(_notices(documents)),
        last_heard=_last_heard(clean),
    )


def read_claims(documents: Sequence[StoredDocument], facts: AccountFacts) -> tuple[Claim, ...]:
    """The claims of `read_texts`, for pages that show nothing else of it.

    Of texts too old to claim anything only the people are read, and instructions are looked for only where a claim
    stands.
    """
    cast = Cast(facts, documents)
    recent = [item for item in documents if facts.today - day_of(item) <= RECENT]
    sentences = read_sentences(recent, passages=facts.passages, cast=cast, today=facts.today)
    claims = list(find_claims(sentences, today=facts.today, cast=cast))
    texts = {item.id: item.text for item in recent}
    tainted = instructed([item.sentence for item in claims], sentences, texts) if claims else frozenset()
    return tuple(item for item in claims if item.sentence.order not in tainted)


def _notices(documents: Sequence[StoredDocument]) -> Iterator[Notice]:
    """Texts out of which something hidden from the eye was left."""
    for document in documents:
        for warning in document.warnings:
            if warning.startswith(_HIDDEN):
                yield Notice(document_id=document.id, title=document.title, day=day_of(document), text=warning)


def _known_words(facts: AccountFacts, cast: Cast) -> frozenset[str]:
    names = [facts.account.name, *cast.names(), *facts.products]
    return frozenset(word for name in names for word in words(name))


def _last_heard(sentences: Sequence[Sentence]) -> dict[str, Sentence]:
    """For each person of the customer: the last thing they wrote or said."""
    heard: dict[str, Sentence] = {}
    for sentence in sentences:
        if sentence.speaker and sentence.side is Side.CUSTOMER:
            heard[sentence.speaker.lower()] = sentence
    return heard


def _open_questions(sentences: Sequence[Sentence], documents: Sequence[StoredDocument]) -> list[Question]:
    """Questions in customers' emails after which we have written nothing and spoken to nobody."""
    ours = [item.order for item in sentences if item.side is Side.US and item.kind is not DocumentKind.NOTE]
    last = max(ours, default=-1)
    answered = {item.in_reply_to for item in documents if item.in_reply_to and item.direction == "outbound"}
    by_id = {item.id: item for item in documents}
    return [
        Question(sentence=item)
        for item in sentences
        if item.kind is DocumentKind.EMAIL
        and item.side is Side.CUSTOMER
        and item.order > last
        and item.text.rstrip('»”")').endswith("?")
        and len(item.text) >= _SHORTEST_QUESTION
        and by_id[item.document_id].message_id not in answered
    ]
