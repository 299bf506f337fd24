"""The sentences that may answer a part of a question, each with the chance that it does.

Invariant: deterministic; the judge of the chat says which sentences are looked at, and only those that may answer
compete. What only resembles the question, a blank, a definition or somebody else's duty has no chance at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.answering import Judged, answers, in_full, in_place
from copilot.workflows.chat.continuing import goes_on
from copilot.workflows.chat.lists import announces_list
from copilot.workflows.chat.matching import Asked, asked
from copilot.workflows.chat.question import Expected, Question, read_question
from copilot.workflows.chat.told import Told
from copilot.workflows.rfp.answering.asked_for import lacks_what_is_asked, leaves_out_customers
from copilot.workflows.rfp.answering.chances import Among, chances, numbers, odds, with_likeness
from copilot.workflows.rfp.answering.claims import Claim, Reading, is_for_own_people, read_claim
from copilot.workflows.rfp.answering.deeds import lacks_deed
from copilot.workflows.rfp.answering.fitting import about, heading_of
from copilot.workflows.rfp.answering.nearness import FAR, Nearness, Sought, nearness, under_topic, with_list
from copilot.workflows.rfp.answering.review_dates import is_old_version
from copilot.workflows.rfp.answering.short_form import Statement, short_form

MOST_LOOKED_AT = 15
"""Of the sentences that the judge puts first."""
MOST_ALIKE = 8
"""Of these, whose likeness to the question is worth an embedding."""
_LESS = frozenset({Claim.BLANK, Claim.OTHER_PARTY, Claim.RECOMMENDED, Claim.INTENTION, Claim.QUESTION})
_HEAD = 4
"""Words in which a sentence says of whom it speaks."""
_ANSWERS_NOTHING = frozenset({Claim.BLANK, Claim.QUESTION, Claim.DEFINITION})
_NEEDS_ITS_KIND = frozenset({Expected.NUMBER, Expected.CONTACT})
"""A question of how many is not answered without a number."""
_REPLY_ALIKE = 0.85
"""How like the question asked the one must be to which a sentence stands as the answer."""
_NEVER = frozenset({Claim.FRAGMENT, Claim.QUESTION})
"""They answer nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what is known of it."""

    judged: Judged
    reading: Reading
    near: Nearness
    """`FAR` where the sentence may answer nothing, blanks apart."""
    values: Mapping[str, float]
    """What its chance is made of; empty where it has none."""
    able: bool
    """Whether it may answer at all."""
    chance: float = 0.0
    """That it answers, 0 to 1; of those that are able, and that none does, the sum is 1."""

    @property
    def alone(self) -> float:
        """The chance that it answers if no other sentence did."""
        if not self.able:
            return 0.0
        each = odds(self.values)
        return each / (1 + each)

    @property
    def told(self) -> Told:
        """The sentence."""
        return self.judged.told


def said_with(item: Candidate) -> tuple[Told, ...]:
    """What is told with a sentence of what belongs to it: nothing that claims less, and nothing for our own ears."""
    kept = []
    belongs = item.judged.announces
    if not _announces_list(item.judged) and not all(goes_on(told.text) for told in belongs):
        return ()  # what only has another word of the question is no part of the answer
    for told in belongs:
        claims = read_claim(told.text, title=heading_of(told)).all
        if not claims & _LESS and not is_for_own_people(told.text):
            kept.append(told)
    return tuple(kept)


def prepared(text: str, *, language: Language) -> Asked | None:
    """The part as the judge reads it; None: it has no words."""
    question = understood(text, language=language)
    return None if question is None else asked(question)


def understood(text: str, *, language: Language) -> Question | None:
    """The part without its vectors; None: it has no words."""
    if not any(word.is_word for word in words_of(text)):
        return None
    return read_question(text, language=language)


Alike = Callable[[Sequence[Told]], tuple[float, ...] | None]
"""How alike sentences are to the question as a whole; None: nobody can say."""


def candidates(
    question: Asked,
    sentences: Sequence[Told],
    *,
    today: date,
    topic: str = "",
    alike: Alike | None = None,
    most: int = MOST_ALIKE,
) -> tuple[Candidate, ...]:
    """Best first. `topic`: the questionnaire's headings above the question; `most`: how many `alike` is asked for."""
    verdict = answers(question, sentences)
    if not verdict.ranked:
        return ()
    among = Among(best=verdict.ranked[0].score, worst_found=verdict.worst[0])
    looked_at = _looked_at(question, verdict.ranked, topic=topic, among=among, today=today)
    able = _with_chances([item for item in looked_at if item.able])[:most]
    likenesses = alike([_in_place(item.judged) for item in able]) if alike and able else None
    if likenesses is not None:
        values = with_likeness([item.values for item in able], likenesses)
        able = [replace(item, values=each) for item, each in zip(able, values, strict=True)]
    found = [*_with_chances(able), *(item for item in looked_at if not item.able)]
    # What only asks or announces stands behind what says something, however well it fits.
    return tuple(sorted(found, key=lambda item: (item.reading.claim in _NEVER and not item.able, -item.chance)))


def _in_place(item: Judged) -> Told:
    return in_place(in_full(item.told, item.replies_to))


def _looked_at(question: Asked, ranked: Sequence[Judged], *, topic: str, among: Among, today: date) -> list[Candidate]:
    """Those that the judge puts first; what cannot say anything takes nobody's place."""
    found: list[Candidate] = []
    able = 0
    sought = Sought.of(question)
    for item in ranked:
        candidate = _candidate(sought, item, topic=topic, among=among, today=today)
        found.append(candidate)
        able += candidate.able
        if able == MOST_LOOKED_AT:
            break
    return found


def _with_chances(items: Sequence[Candidate]) -> list[Candidate]:
    told = zip(items, chances([item.values for item in items]), strict=True)
    return sorted((replace(item, chance=chance) for item, chance in told), key=lambda item: -item.chance)


def short_form_of(text: str, item: Judged, *, language: Language) -> ShortForm | None:
    """What a sentence answers to a question that yes or no answers; the one rule for it."""
    question = prepared(text, language=language)
    return None if question is None else short_form(statement_of(question, item))


def statement_of(question: Asked, item: Judged, *, chosen: bool = False) -> Statement:
    """The sentence by itself: what goes on in the next one is another statement. `chosen`: it was found to answer."""
    told = item.told
    across = told.language is not question.question.language
    return Statement(
        told.text,
        question,
        told.language,
        heading=heading_of(told),
        near=nearness(Sought.of(question), item).words if across and item.found else (),
        replies=item.replies_to is not None and item.alike >= _REPLY_ALIKE,
        chosen=chosen,
    )


def _may_answer(question: Asked, item: Judged, reading: Reading) -> bool:
    """Whether a sentence may answer at all, whatever its chance."""
    if reading.all & _ANSWERS_NOTHING:
        return False
    if Claim.FRAGMENT in reading.all and not _announces_list(item):
        return False
    if question.question.expected in _NEEDS_ITS_KIND and not item.fits:
        return False
    if lacks_what_is_asked(question.question.text, _in_all(item), heading=heading_of(item.told)):
        return False
    return Claim.OTHER_PARTY not in reading.all or _asks_about_others(question, item.told)


def _in_all(item: Judged) -> str:
    """The sentence with what belongs to it."""
    return " ".join(_told_with(item))


def _told_with(item: Judged) -> list[str]:
    return [item.told.text, *[told.text for told in item.announces]]


def _announces_list(item: Judged) -> bool:
    return bool(item.announces) and announces_list(item.told.text)


def _asks_about_others(question: Asked, told: Told) -> bool:
    """Whether whoever the sentence or its heading speaks of is whom the question asks about."""
    if is_for_own_people(told.text):
        return False
    asked_of = {word.stem for word in question.question.words}
    heads = [*words_of(told.text)[:_HEAD], *words_of(told.heading), *words_of(told.title)]
    return any(word.stem in asked_of and word.is_word and word.folded not in FUNCTION_WORDS for word in heads)


def _candidate(sought: Sought, item: Judged, *, topic: str, among: Among, today: date) -> Candidate:
    """What has no chance is not weighed: most of what is found ends here."""
    question, told = sought.question, item.told
    reading = read_claim(told.text, title=heading_of(told))
    may = _may_answer(question, item, reading) and not is_old_version(told, asked=question.question.text, today=today)
    # How near a blank comes is asked, too: it would answer if it were filled in.
    near = nearness(sought, item) if may or reading.claim is Claim.BLANK else FAR
    able = may and not lacks_deed(sought, [*_told_with(item), heading_of(told)], near)
    values = _values(question, item, reading, near, topic=topic, among=among) if able else {}
    return Candidate(item, reading, near, values, able=able)


def _values(
    question: Asked, item: Judged, reading: Reading, near: Nearness, *, topic: str, among: Among
) -> Mapping[str, float]:
    customers = leaves_out_customers(question.question.text, _in_all(item), heading=heading_of(item.told))
    return numbers(
        question,
        item,
        about=about(question, with_list(item)),
        reading=reading,
        near=near,
        under=under_topic(topic, item),
        among=among,
        customers=customers,
    )
