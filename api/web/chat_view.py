"""What the page of a conversation shows.

Invariant: a turn is shown from its events as its asker may see them now; what may be done with it is offered only
where the chat would not refuse it.
"""

from dataclasses import dataclass

from api.citation_words import in_words
from api.localisation import mark as _
from api.localisation import translate
from copilot.agent.cited import Cited, cited_by
from copilot.agent.picking import chosen_as_message
from copilot.agent.service import ChatService
from copilot.agent.texts import say
from copilot.domain.access import Viewer
from copilot.domain.conversation import Citation, Sentence, Thread, Turn, TurnState, Verdict
from copilot.domain.conversation_view import TurnView, view_of
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork

TURNS_SHOWN = 15
"""The latest; the earlier ones are a click away."""
THREADS_SHOWN = 40
_ACCOUNTS_LOOKED_AT = 50
_UNREVIEWED = frozenset(say("unreviewed", language=language) for language in Language)
_ABOUT_ONE = (
    _("What happened with %(account)s in the last 90 days?"),
    _("What puts %(account)s at risk?"),
    _("Prepare my next meeting with %(account)s"),
)
_ABOUT_TWO = _("Compare %(account)s with %(other)s")
_ABOUT_ALL = (
    _("Which of my renewals in the next 90 days are over 50,000 €?"),
    _("Pipeline of my accounts closing this quarter"),
    _("What do our documents say about where data is kept?"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that was perhaps meant, and the message that chooses it."""

    label: str
    message: str


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """One question with what came of it."""

    turn: Turn
    view: TurnView
    cited: Cited | None
    is_last: bool

    @property
    def language(self) -> str | None:
        """Of the answer's words, where it is known."""
        return self.cited.language.value if self.cited else None

    @property
    def is_undecided(self) -> bool:
        """Whether its asker may still accept or correct it."""
        reported = self.turn.verdict is Verdict.REPORTED
        return self.view.state is TurnState.ANSWERED and self.view.unreviewed and not reported

    @property
    def may_report(self) -> bool:
        return self.view.state is TurnState.ANSWERED and self.turn.verdict is not Verdict.REPORTED

    @property
    def may_resume(self) -> bool:
        return self.is_last and self.view.state in {TurnState.FAILED, TurnState.RUNNING}

    @property
    def notes(self) -> tuple[str, ...]:
        """Without the one that the page says in its own words."""
        return tuple(note for note in self.view.notes if note not in _UNREVIEWED)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be answered to a question back, as long as it waits."""
        asked = self.turn.clarification
        if asked is None or not self.is_last:
            return ()
        return tuple(Choice(each.label, chosen_as_message(each, asked)) for each in asked.candidates)

    @property
    def sources(self) -> tuple[tuple[Citation, Evidence | None], ...]:
        """In the order of their numbers."""
        known = self.cited.evidence if self.cited else {}
        listed = sorted(self.view.citations, key=lambda citation: citation.number)
        return tuple((citation, known.get(citation.evidence_id)) for citation in listed)

    def cited_in(self, sentence: Sentence) -> list[tuple[int, Citation]]:
        """The sources of a sentence with their numbers."""
        numbered = {citation.number: citation for citation in self.view.citations}
        return [(number, numbered[number]) for number in sentence.citations if number in numbered]


def shown_turns(
    chat: ChatService,
    thread: Thread,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    language: Language,
    only: str = "",
    all_of_them: bool = False,
) -> tuple[ShownTurn, ...]:
    """The thread's latest turns, all of them, or the one with the id `only`."""
    turns = thread.turns if all_of_them or only else thread.turns[-TURNS_SHOWN:]
    return tuple(
        _shown(chat, turn, viewer=viewer, uow=uow, language=language, is_last=turn is thread.turns[-1])
        for turn in turns
        if only in {"", turn.id}
    )


def example_questions(*, viewer: Viewer, uow: UnitOfWork, language: Language) -> tuple[str, ...]:
    """Questions that can be asked about the viewer's own accounts, or about those they may see."""
    accounts = AccountRepository(uow).page(viewer=viewer, limit=_ACCOUNTS_LOOKED_AT).accounts
    own = [account for account in accounts if account.owner_email == viewer.email]
    names = [account.name for account in own or accounts]
    found: list[str] = []
    if names:
        found += [translate(text, language=language) % {"account": names[0]} for text in _ABOUT_ONE]
    if len(names) > 1:
        found.append(translate(_ABOUT_TWO, language=language) % {"account": names[0], "other": names[1]})
    return (*found, *(translate(text, language=language) for text in _ABOUT_ALL))


def _shown(
    chat: ChatService, turn: Turn, *, viewer: Viewer, uow: UnitOfWork, language: Language, is_last: bool
) -> ShownTurn:
    found = chat.retold(turn.id, viewer=viewer, uow=uow)
    view = view_of(in_words(found.events, language=language))
    return ShownTurn(turn, view, cited_by(view, found.draft), is_last)
