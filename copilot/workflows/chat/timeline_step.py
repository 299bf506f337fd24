"""What happened with an account, newest first.

Invariant: every event is there once, however many systems logged it; each line quotes its source and cites it. Nothing
later than the business date is shown.
"""

from copilot.domain.account_facts import AccountFacts
from copilot.domain.plans import Step, TimelineStep
from copilot.domain.records import Survey, Ticket
from copilot.retrieval.search import SearchRequest
from copilot.retrieval.service import RetrievalService
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.events import Event, document_events, record_events, without_repeats
from copilot.workflows.chat.gist import Gists
from copilot.workflows.chat.wording import cited, day, in_language, quote, said

MOST_EVENTS = 12
_TOPIC_PASSAGES = 8
_GIST_LENGTH = 220


class TimelineRunner:
    """Reads documents and records of one account."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        wanted = of_kind(step, TimelineStep)
        facts = AccountFactsRepository(scene.uow).gather(wanted.account_id, viewer=scene.viewer, today=scene.today)
        events = self._events(wanted, facts, scene)
        shown = events[:MOST_EVENTS]
        book = EvidenceBook(facts, language=scene.language)
        texts = [event.document_id for event in shown if event.document_id]
        gists = Gists(facts, scene, document_ids=texts, topic=wanted.topic, book=book)
        shown = [event for event in shown if event.document_id is None or gists.is_about(event.document_id)]
        lines = [line for event in shown if (line := _line(event, gists, book, scene)) is not None]
        if len(events) > len(shown) and lines:
            lines.append(
                said(
                    scene.say(
                        es="Antes hubo más; acote el periodo o el tema para verlo.",
                        en="There was more before; narrow the period or the topic to see it.",
                    )
                )
            )
        return Found(
            key="timeline",
            title=_title(wanted, facts, scene),
            lines=tuple(lines) if lines else (_nothing(scene),),
            evidence=tuple(book.all().values()),
            account_ids=(wanted.account_id,),
            nothing=not lines,
            by_rules=True,
        )

    def _events(self, wanted: TimelineStep, facts: AccountFacts, scene: Scene) -> list[Event]:
        found = without_repeats([*document_events(wanted.account_id, scene), *record_events(facts, scene)])
        if wanted.period is not None:
            found = [event for event in found if wanted.period.contains(event.day)]
        if wanted.kinds:
            found = [event for event in found if event.kind.partition("_")[0] in wanted.kinds]
        if wanted.topic.strip():
            about = self._about(wanted, scene)
            found = [event for event in found if event.document_id in about or event.mentions(wanted.topic, scene)]
        return found

    def _about(self, wanted: TimelineStep, scene: Scene) -> frozenset[str]:
        """Documents that the search finds for the topic."""
        request = SearchRequest(
            query=wanted.topic,
            account_ids=(wanted.account_id,),
            include_shared=False,
            since=wanted.period.start if wanted.period else None,
            until=wanted.period.end if wanted.period else None,
            limit=_TOPIC_PASSAGES,
            language=scene.language,
        )
        found = self._retrieval.search.search(request, viewer=scene.viewer, uow=scene.uow)
        return frozenset(hit.document_id for hit in found.hits)


def _title(wanted: TimelineStep, facts: AccountFacts, scene: Scene) -> str:
    name, topic = facts.account.name, wanted.topic.strip()
    if topic:
        return scene.say(es=f"Cronología de {name}: {topic}", en=f"Timeline of {name}: {topic}")
    return scene.say(es=f"Cronología de {name}", en=f"Timeline of {name}")


def _nothing(scene: Scene) -> Line:
    return said(scene.say(
        es="No he encontrado correos, llamadas, notas, tickets ni encuestas de eso en ese periodo.",
        en="I found no emails, calls, notes, tickets or surveys on that in that period.",
    ))  # fmt: skip


def _line(event: Event, gists: Gists, book: EvidenceBook, scene: Scene) -> Line | None:
    if event.document_id is not None:
        return _of_text(event, event.document_id, gists, scene)
    if event.record is None:
        return None
    present = [name for name in event.fields if getattr(event.record, name, None) not in (None, "", ())]
    cites = [book.record(event.record, name) for name in present]
    text = f": {quote(scene, event.text, limit=_GIST_LENGTH)}" if event.text else ""
    return cited(f"{_head(event, scene)}{text}", cites)


def _of_text(event: Event, document_id: str, gists: Gists, scene: Scene) -> Line | None:
    sentence = gists.of(document_id)
    if sentence is None:
        return None
    named = scene.say(es=f"«{event.subject}»", en=f"“{event.subject}”")
    told = quote(scene, sentence.text, limit=_GIST_LENGTH)
    # Only who says the sentence is named: nobody else's presence is in what is cited.
    who = f"{sentence.speaker}: " if sentence.speaker else ""
    head = f"{_head(event, scene)}, {named}{in_language(scene, sentence.language)}"
    return cited(f"{head}: {who}{told}", (gists.cite(sentence),))


def _head(event: Event, scene: Scene) -> str:
    parts = [day(scene, event.day), event.label(scene)]
    if isinstance(event.record, Ticket) and event.record.priority is not None:
        parts[-1] = f"{parts[-1]} ({event.record.priority.value})"
    if isinstance(event.record, Survey):
        parts[-1] = f"{parts[-1]} {event.record.kind.value} ({scene.format.number(event.record.score)})"
    if event.who and event.document_id is None:
        parts.append(scene.format.listed(list(event.who)))
    return ", ".join(parts)
