"""Yes, no or partly: only what a source asserts, for the question as it is asked.

Invariant: a yes or no rests on one sentence that says the question's own things and takes a stand on them. Whatever is
less than that - a condition, an exception, somebody else's duty, a narrower scope - is no yes: it is "partly" at most,
and mostly nothing. A plan is a no, for it is not so yet; a rule never says what was done.
"""

import re
from dataclasses import dataclass

from copilot.domain.language import Language, detect
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.matching import Asked
from copilot.workflows.rfp.answering.claims import Claim, Reading, is_for_own_people, read_claim
from copilot.workflows.rfp.answering.clauses import Clause, Stand, clauses, stand_of
from copilot.workflows.rfp.answering.quantities import meets
from copilot.workflows.rfp.answering.said_of import (
    Coverage,
    contrary,
    coverage,
    lacks_a_thing,
    narrower,
    opposed,
    says_all_of,
    speaks_of_another,
)
from copilot.workflows.rfp.answering.sameness import all_names, names_of
from copilot.workflows.rfp.answering.short_form_words import has, is_one, plain_of
from copilot.workflows.rfp.answering.whether import Whether, whether

ENOUGH_FOR_YES = 0.85
"""Share of the question's words, by weight, that a sentence and its headings must have for a yes."""
ENOUGH_ACROSS = 0.75
"""The same for a sentence of the other language."""
ENOUGH_FOR_NO = 0.65
ENOUGH_FOR_PARTLY = 0.65
_SAYS_YES = re.compile(
    r"^\W*(?:(?:answer|respuesta|response|short answer|respuesta corta)\W+)?(?:yes\b(?=\W)|si(?=\s*[.,:;]|$))"
)
"""`Sí` is read as yes; `si`, which is "if", only where it stands alone."""
_SAYS_NO = re.compile(r"^\W*(?:(?:answer|respuesta|response|short answer|respuesta corta)\W+)?no\b(?=\s*[.,:;*]|$)")
_SAYS_PARTLY = re.compile(
    r"^\W*(?:(?:answer|respuesta|response)\W+)?(?:partial(?:ly)?|partly|parcial(?:mente)?|en parte)\b"
)
_SAYS_NOT_APPLICABLE = re.compile(
    r"^\W*(?:(?:answer|respuesta|response)\W+)?(?:not applicable|n/?a|no aplica|no procede)\b"
)
_NOT_OFFERED = re.compile(r"\b(?:not (?:available|offered|supported)|no (?:esta disponible|se ofrece|lo ofrecemos))\b")
_NOT_WE = re.compile(r"(?:,|\b(?:and|y))\s+(?:not|no)\s+(?:by |por )?(?:us|nosotros|[A-ZÁÉÍÓÚ][\w’-]+)")
_NEVER = frozenset({Claim.BLANK, Claim.FRAGMENT, Claim.QUESTION, Claim.DEFINITION, Claim.RECOMMENDED})
_OWN = 0.55
"""Share of the words, each as much as another, that the clause which takes the stand must have itself."""
_OF_LESS = 0.4
"""The same for a no or a partly."""
_ABOUT = 0.2
"""Share of the clause's words that must be about what is asked: words that are scattered in it say something else."""
_HEAD = 4
"""Words in which a sentence says of whom it speaks."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a source as it bears on one question."""

    text: str
    asked: Asked
    language: Language
    heading: str = ""
    """What it stands under, with the document's title."""
    near: tuple[float, ...] = ()
    """How near it comes to each word that an answer needs, where it is of another language than the question."""
    replies: bool = False
    """It stands as the answer to a question that is nearly the one asked."""
    chosen: bool = False
    """It was found to answer among all that was looked at."""

    @property
    def reading(self) -> Reading:
        """What it asserts as a whole."""
        return read_claim(self.text, title=self.heading)

    @property
    def question(self) -> str:
        """The question's text."""
        return self.asked.question.text


def statement(text: str, asked: Asked, *, replies: bool = False, chosen: bool = False) -> Statement:
    """A sentence that stands by itself."""
    return Statement(text, asked, detect(text, prior=asked.question.language), replies=replies, chosen=chosen)


def short_form(item: Statement) -> ShortForm | None:
    """What the sentence answers, if it answers in so many words."""
    read = whether(item.question)
    covered = coverage(item.asked, read, item.text, heading=item.heading, near=item.near)
    said = said_outright(item.text)
    if said is not None and (item.replies or covered.share >= ENOUGH_FOR_YES):
        return _weakened(said, item.reading)
    if item.reading.all & _NEVER or (Claim.POSSIBLE in item.reading.all and not read.may):
        return None
    if _NOT_WE.search(item.text) or (Claim.OTHER_PARTY in item.reading.all and not _asks_of_others(item)):
        return None
    return None if covered.lacks_name else _by_stand(_Case(item, read, covered, clauses(item.text)))


@dataclass(frozen=True, slots=True)
class _Case:
    """A sentence beside a question, taken apart."""

    item: Statement
    read: Whether
    covered: Coverage
    parts: tuple[Clause, ...]

    def stand(self, part: Clause) -> Stand:
        """What a clause does with what is asked about."""
        read = self.read
        stand = stand_of(part, asked=self.covered.names, language=self.item.language, asked_only=read.only)
        if has("no_need", part.text) and not read.must:
            return Stand.UNCLEAR
        if read.must and has("voluntary", part.text):
            return Stand.DENIES
        if stand in (Stand.SAYS, Stand.DENIES) and contrary(read.text, part.text):
            return Stand.DENIES if stand is Stand.SAYS else Stand.UNCLEAR
        return stand

    def main(self) -> tuple[Clause, Stand]:
        """The clause that has most of what is asked, with its stand; of equals the first that does more than say so."""
        covered = self.covered
        stands = [(part, self.stand(part)) for part in self.parts]
        most = max(covered.said_in(part.names) for part in self.parts)
        best = [each for each in stands if covered.said_in(each[0].names) == most]
        main = next((each for each in best if each[1] is not Stand.SAYS), best[0])
        # "It is in English, and the Spanish version is planned": what is asked about is what the plan alone speaks of.
        lacking = frozenset().union(*(each for each in covered.words if not each & main[0].names))
        return next((each for each in stands if each[1] is Stand.PLANS and each[0].names & lacking), main)

    def is_narrower(self, part: Clause) -> bool:
        """Whether a clause speaks of less than the question."""
        return narrower(self.item.asked, self.read, part.text, names=self.covered.names)


def _by_stand(case: _Case) -> ShortForm | None:
    read, covered = case.read, case.covered
    main, stand = case.main()
    if stand is Stand.UNCLEAR or (opposed(read.text, case.item.text) and not contrary(read.text, main.text)):
        return None
    if stand is Stand.PLANS:
        beside = read.plans or read.denied or has("further", main.text)
        return ShortForm.NO if covered.share >= ENOUGH_FOR_NO and not beside else None
    if stand is Stand.WEAKENS:
        some = covered.share >= ENOUGH_FOR_PARTLY and covered.share_in(main.names) >= _OF_LESS
        return ShortForm.PARTIAL if some and not read.denied and meets(read.text, case.item.text) else None
    return _yes(case, main) if (stand is Stand.DENIES) is read.denied else _no(case, main)


def _no(case: _Case, main: Clause) -> ShortForm | None:
    if case.covered.share < ENOUGH_FOR_NO or case.covered.share_in(main.names) < _OF_LESS:
        return None
    if case.read.of_any and not has("of_none", main.text):
        return None
    if not case.is_narrower(main):
        return ShortForm.NO
    return ShortForm.PARTIAL if case.read.of_all else None


def _yes(case: _Case, main: Clause) -> ShortForm | None:
    """Of all that is asked, or of some of it."""
    read, chosen = case.read, case.item.chosen
    if not _is_of_its_kind(case, main):
        return None
    less = case.is_narrower(main)
    if read.of_all and (less or _leaves_others_out(case, main)) and case.covered.share >= ENOUGH_FOR_PARTLY:
        return ShortForm.PARTIAL
    if not _says_enough(case, main):
        return None
    of_some = read.of_all and not (_of_all(read, main.text) if chosen else has("universal", main.text))
    if of_some or (less and not read.of_any):
        return None if chosen else ShortForm.PARTIAL
    return _with_others(case, main)


def _is_of_its_kind(case: _Case, main: Clause) -> bool:
    """Whether the clause speaks of the time, the measure and the company that are asked about."""
    item, read = case.item, case.read
    if not meets(read.text, item.text) or (read.only and not has("only", item.text)):
        return False
    if read.once and not has("past", item.text):
        return False
    # A rule says yes only where it is told as a rule, and never that something was done.
    may_be_rule = item.chosen and Claim.INTENTION in item.reading.all and not (read.once or read.done)
    return (may_be_rule or not main.rule) and not speaks_of_another(read.text, main.text)


def _says_enough(case: _Case, main: Clause) -> bool:
    item, covered = case.item, case.covered
    if covered.share < (ENOUGH_ACROSS if item.near else ENOUGH_FOR_YES) or covered.share_in(main.names) < _OWN:
        return False
    return covered.share_of(main.text) >= _ABOUT and bool(item.near or not lacks_a_thing(covered, case.read.text))


def _leaves_others_out(case: _Case, main: Clause) -> bool:
    """Whether another clause says that it is not so of the others: `; the rest do not`."""
    others = (part for part in case.parts if part is not main and has("others", part.text))
    return any(case.stand(part) is not Stand.SAYS for part in others)


def _with_others(case: _Case, main: Clause) -> ShortForm | None:
    """A yes, unless what stands beside it takes some of it back."""
    for part in case.parts:
        if part is main or case.stand(part) is Stand.SAYS:
            continue
        if has("others", part.text):
            return ShortForm.PARTIAL
        if case.covered.said_in(part.names):
            return None
    return ShortForm.YES


def _of_all(read: Whether, text: str) -> bool:
    """Whether the clause speaks of all of them, in so many words or in general."""
    return says_all_of(read, text) if read.all_of_what else has("universal", text)


def said_outright(text: str) -> ShortForm | None:
    """What a text opens with in so many words: `No. Tramontia does not hold...`."""
    plain = plain_of(text.replace("*", ""))
    if _SAYS_NOT_APPLICABLE.match(plain):
        return ShortForm.NOT_APPLICABLE
    if _SAYS_PARTLY.match(plain):
        return ShortForm.PARTIAL
    if _SAYS_YES.match(plain):
        return ShortForm.YES
    return ShortForm.NO if _SAYS_NO.match(plain) or _NOT_OFFERED.search(plain) else None


def _weakened(said: ShortForm, reading: Reading) -> ShortForm | None:
    """A yes that goes on with "from the next release on" is none."""
    if said is ShortForm.YES and reading.all & {Claim.BLANK, Claim.INTENTION}:
        return None
    return said


def _asks_of_others(item: Statement) -> bool:
    """Whether whoever the sentence speaks of is whom the question asks about."""
    if is_for_own_people(item.text):
        return False
    asked = all_names(item.question)
    heads = [*[word for word in words_of(item.text) if word.is_word][:_HEAD], *words_of(item.heading)]
    return any(is_one("party", word.folded) and names_of(word.folded) & asked for word in heads)
