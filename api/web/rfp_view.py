"""What the pages of a questionnaire show: which questions, in which order, and how sure their answers are, in words.

Invariant: filters only hide; a question keeps its number on the page whatever is hidden, so that links to it hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from api.localisation import mark as _
from api.web.links import member, with_query
from copilot.domain.access import Viewer
from copilot.domain.questionnaires import Skipped
from copilot.domain.rfp_answers import Dimension, NoticeCode, RfpAnswer, Route
from copilot.domain.rfp_projects import Project, ProjectQuestion, QuestionState
from copilot.store.account_people import people_of_account
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.workflows.rfp.filling.placeholders import is_filled

PAGE = 25
PREVIEW_PAGE = 40
_SURE = (Route.APPROVED, Route.HIGH)
_LOOK = frozenset(NoticeCode) - {NoticeCode.OTHER_LANGUAGE}
_STALE = frozenset({NoticeCode.STALE, NoticeCode.SOURCE_CHANGED, NoticeCode.NEWER_SOURCE_DIFFERS})
_MIDDLE = 0.6
_WEAK = 0.7
_DIGITS = 4
"""Of the number of a page."""
_HIGH, _FAIR, _LOW = _("High confidence"), _("Middling confidence"), _("Low confidence")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A question with its place in the questionnaire, counted from 1."""

    number: int
    item: ProjectQuestion

    @property
    def answer(self) -> RfpAnswer | None:
        """What is answered."""
        return self.item.answer

    @property
    def confidence(self) -> str:
        """In words, to be translated; empty where nothing is claimed or a person wrote it."""
        answer = self.item.answer
        if answer is None or answer.edited or answer.route is Route.NO_SOURCE:
            return ""
        if answer.route in _SURE:
            return _HIGH
        return _FAIR if answer.confidence.value >= _MIDDLE else _LOW

    @property
    def weakest(self) -> Dimension | None:
        """What to look at first, if anything is weak."""
        answer = self.item.answer
        if answer is None or not self.confidence:
            return None
        worst = answer.confidence.worst
        return worst if answer.confidence.dimensions[worst] < _WEAK else None

    @property
    def numbers(self) -> dict[str, int]:
        """Evidence id -> its number under this answer."""
        evidence = self.item.answer.evidence if self.item.answer else ()
        return {item.id: number for number, item in enumerate(evidence, start=1)}

    @property
    def waits_for_expert(self) -> bool:
        """Whether something close was found and nobody has answered."""
        return has_closest(self.item)

    @property
    def may_be_written(self) -> bool:
        """Whether a person may change the answer now."""
        hands_off = {QuestionState.EXCLUDED, QuestionState.NOT_ASKED, QuestionState.IN_QUEUE}
        return self.item.state not in hands_off


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a questionnaire is shown."""

    state: QuestionState | None = None
    section: str = ""
    mine: bool = False
    expert: bool = False
    stale: bool = False
    closest: bool = False
    page: int = 1

    @classmethod
    def of(cls, *, state: str, section: str, only: Sequence[str], page: int) -> "Filters":
        """From an address; what is unknown is left out, so that an old link still opens."""
        return cls(
            state=member(QuestionState, state),
            section=section,
            mine="mine" in only,
            expert="expert" in only,
            stale="stale" in only,
            closest="closest" in only,
            page=max(page, 1),
        )

    @classmethod
    def in_address(cls, address: str) -> "Filters":
        """Those of a page of ours."""
        given = parse_qs(urlsplit(address).query)
        page = given.get("page", ["1"])[0]
        return cls.of(
            state=given.get("state", [""])[0],
            section=given.get("section", [""])[0],
            only=given.get("only", []),
            page=int(page) if page.isascii() and page.isdigit() and len(page) <= _DIGITS else 1,
        )

    @property
    def any(self) -> bool:
        """Whether something is hidden."""
        return bool(self.state or self.section or self.mine or self.expert or self.stale or self.closest)

    def address(self, path: str, *, page: int | None = None) -> str:
        """The page with these filters."""
        only = [name for name in ("mine", "expert", "stale", "closest") if getattr(self, name)]
        number = self.page if page is None else page
        state = self.state.value if self.state else None
        return with_query(
            path, {"state": state, "section": self.section, "only": only, "page": str(number) if number > 1 else None}
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of questions."""

    questions: tuple[Numbered, ...]
    total: int
    pages: int
    left_out: tuple[Skipped, ...] = ()
    """Lines that were taken for no question; only before the detection is confirmed."""
    waiting: tuple["Waiting", ...] = ()
    """Questions of all pages for which something close was found and that nobody has answered."""

    def after(self, number: int) -> "Waiting | None":
        """The next one of those behind a question, else the first of the others."""
        others = [each for each in self.waiting if each.number != number]
        return next((each for each in others if each.number > number), others[0] if others else None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a question stands."""

    number: int
    page: int


def numbered(project: Project) -> tuple[Numbered, ...]:
    """Every question with its number."""
    return tuple(Numbered(number, item) for number, item in enumerate(project.questions, start=1))


def sections(project: Project) -> tuple[str, ...]:
    """The headings that questions stand under, in the file's order."""
    return tuple(dict.fromkeys(section_name(item) for item in project.questions if item.question.section))


def section_name(item: ProjectQuestion) -> str:
    """Headings above a question, outermost first."""
    return " › ".join(item.question.section)


def shown(project: Project, filters: Filters, *, viewer: Viewer) -> Shown:
    """The questions that the filters leave, one page of them."""
    kept = [each for each in numbered(project) if _passes(each.item, filters, viewer=viewer)]
    pages = max(1, -(-len(kept) // PAGE))
    first = (min(filters.page, pages) - 1) * PAGE
    waiting = tuple(
        Waiting(each.number, page=place // PAGE + 1) for place, each in enumerate(kept) if each.waits_for_expert
    )
    return Shown(tuple(kept[first : first + PAGE]), total=len(kept), pages=pages, waiting=waiting)


def found(project: Project, *, page: int) -> Shown:
    """One page of what was found in the file: of the questions, and of the lines that were left out."""
    everything, left_out = numbered(project), project.skipped
    pages = max(1, -(-max(len(everything), len(left_out)) // PREVIEW_PAGE))
    first = (min(page, pages) - 1) * PREVIEW_PAGE
    part = slice(first, first + PREVIEW_PAGE)
    return Shown(everything[part], total=len(everything), pages=pages, left_out=left_out[part])


def _passes(item: ProjectQuestion, filters: Filters, *, viewer: Viewer) -> bool:
    answer = item.answer
    codes = {notice.code for notice in answer.notices} if answer else set()
    return (
        (filters.state is None or item.state is filters.state)
        and (not filters.section or section_name(item) == filters.section)
        and (not filters.mine or item.assigned_to == viewer.user_id)
        and (not filters.expert or needs_expert(item))
        and (not filters.stale or bool(codes & _STALE))
        and (not filters.closest or has_closest(item))
    )


def filled_and_left_out(project: Project) -> int:
    """How many questions are left out because their place holds somebody's words already."""
    return sum(item.state is QuestionState.EXCLUDED and is_filled(item.question) for item in project.questions)


def has_closest(item: ProjectQuestion) -> bool:
    """Whether there are passages that somebody could take, and nobody has answered."""
    return item.state is QuestionState.NO_SOURCE and item.answer is not None and bool(item.answer.closest)


def needs_expert(item: ProjectQuestion) -> bool:
    """Whether somebody who knows has to look before anybody can approve it."""
    waits = item.state in {QuestionState.NO_SOURCE, QuestionState.FAILED}
    unsure = item.state is QuestionState.ANSWERED and item.answer is not None and not item.answer.edited
    return waits or (unsure and item.answer is not None and item.answer.route is Route.EXPERT)


def safe_to_file(project: Project) -> tuple[str, ...]:
    """Ids of questions whose answers may be filed together: sure of themselves, and nothing to be said against them."""
    return tuple(
        item.question.id
        for item in project.questions
        if item.state is QuestionState.ANSWERED
        and not item.waits_to_be_filed
        and item.answer is not None
        and item.answer.route in _SURE
        and not {notice.code for notice in item.answer.notices} & _LOOK
    )


def everybody(*, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """Everybody who is here, by name."""
    found = PeopleRepository(uow).active()
    return tuple(sorted(found, key=lambda person: (person.name.casefold(), person.user_id)))


def who_can_be_asked(account_id: str | None, *, people: Sequence[Viewer], uow: UnitOfWork) -> Sequence[Viewer]:
    """Those of `people` who may see the account of a questionnaire, where it has one."""
    return people if account_id is None else people_of_account(account_id, uow=uow)
