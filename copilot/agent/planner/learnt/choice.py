"""Whether what is heard takes the place of what the rules planned.

Invariant: what the rules refuse for a person's or the company's sake stays refused, and where a message may name an
account that the viewer may not see, nothing of all accounts is given in its place.
"""

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.context import accounts_of, records_query
from copilot.agent.planner.cues import mark
from copilot.agent.planner.denials import denials
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.known import asking_words
from copilot.agent.planner.learnt.plan import REFUSING
from copilot.agent.planner.learnt.queries import lacks
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.spelling import brands, everyday, stems
from copilot.agent.planner.unkept import asks_unkept
from copilot.agent.planner.unread import loose_name
from copilot.domain.figure_queries import Measure, Subject
from copilot.domain.folding import flat
from copilot.domain.plans import AskedAbout, CompareStep, Plan, PlanningContext, QueryStep, RefusalReason, SearchStep

_SURE_TO_REFUSE = 0.8
_SURE = 0.6
_SURER = 0.8
_CERTAIN = 0.95
_BEHIND = frozenset({Subject.TICKETS, Subject.ACTIVITIES, Subject.SURVEYS})
"""Records of what has happened."""
_HAPPENED = ("won", "lost", "w_created", "w_stage_changed", "f_stage_changed", "w_since", "w_left", "w_closed")
_STEM = 5
_BRIEF = 7
"""Words of a message whose last one may be a name without any sign of it."""
_NONE_OF_OURS = frozenset({"out_of_scope", "help"})


def looks_back(heard: Heard, context: PlanningContext) -> bool:
    """Whether its days lie behind us."""
    last = records_query(context.steps)
    if heard.says("prior") and last is not None and last.query.subject in _BEHIND:
        return True
    if heard.intent in {"timeline", "search"}:
        return heard.intent_share >= _SURER
    if heard.intent != "figures":
        return False
    happened = heard.subject in _BEHIND and heard.subject_share >= _SURER
    return happened or heard.says(*_HAPPENED)


def takes_over(heard: Heard, ruled: Plan, clause: Clause, *, context: PlanningContext, directory: Directory) -> bool:
    """Whether to follow what is heard."""
    share = heard.intent_share
    if heard.intent == "figures" and asks_unkept(clause.reading):
        return False
    if ruled.refusal is not None and loose_name(clause.reading, directory):
        return False  # with an account in the place of the word it would ask about that account
    if ruled.refusal is not None and ruled.refusal.reason is not RefusalReason.UNKNOWN_ACCOUNT:
        return heard.intent in REFUSING and ruled.refusal.reason is RefusalReason.HELP and share >= _SURE_TO_REFUSE
    if heard.intent == "refuse_act" and (len(clause.subjects.accounts) > 1 or _narrows(clause.reading, context)):
        return False  # two accounts are set side by side, not changed together; a list is narrowed
    if heard.intent in REFUSING:
        lost = is_at_a_loss(ruled, clause.reading)
        understood = bool(ruled.steps) and not lost and (clause.reading.has("knowledge") or not clause.unread)
        return share >= _SURE_TO_REFUSE and not (understood and heard.intent in _NONE_OF_OURS)
    if names_another(heard, clause, directory):
        return False
    if ruled.refusal is not None:  # the rules take a word for a name that they do not know
        return heard.intent in {"knowledge", "rfp"} and share >= _SURER
    if ruled.steps and (_lacks_whom(heard, clause, context) or _forgets_whom(heard, ruled, clause, context)):
        return True
    if ruled.steps and not is_at_a_loss(ruled, clause.reading) and (len(ruled.steps) > 1 or not clause.unread):
        return False
    return _over_answers(heard, ruled, clause)


def is_at_a_loss(ruled: Plan, reading: Reading) -> bool:
    """Whether the rules only look the message up, and no word of it asks for texts."""
    searches = bool(ruled.steps) and all(isinstance(step, SearchStep) for step in ruled.steps)
    return searches and not reading.has("search") and not reading.has("knowledge")


def _narrows(reading: Reading, context: PlanningContext) -> bool:
    """Whether it may be off the last list that something is to be taken."""
    dropped = records_query(context.steps) is not None and mark("drops").search(reading.work) is not None
    return dropped or mark("from_list").search(reading.work) is not None


def _over_answers(heard: Heard, ruled: Plan, clause: Clause) -> bool:
    """Whether to follow what is heard where the rules have steps, or ask back."""
    share = heard.intent_share
    if heard.intent == "figures" and not _knows_every_word(clause):
        return False
    if ruled.clarification is not None:
        if asks_of_denial(ruled, clause.reading) and heard.intent != "figures":
            return False
        # What the rules ask back about signals of risk, they ask because those are not split.
        return (
            share >= _SURE
            and heard.intent != "risks"
            and (ruled.clarification.about is not AskedAbout.ACCOUNT or _needs_none(heard))
        )
    if all(isinstance(step, SearchStep) for step in ruled.steps):
        if not clause.unread and heard.intent == "figures" and min(heard.subject_share, share) < _CERTAIN:
            return False
        return heard.intent not in {"search", "knowledge"} and share >= _SURER and _says_what(heard)
    if heard.intent == "figures" and all(isinstance(step, QueryStep) for step in ruled.steps):
        return _hears_other_records(heard, ruled)
    if heard.intent == "compare" and all(isinstance(step, CompareStep) for step in ruled.steps):
        return bool(heard.among("f_"))
    return share >= _SURER


def asks_of_denial(ruled: Plan, reading: Reading) -> bool:
    """Whether the rules may have asked back because of what the message denies."""
    asked = ruled.clarification
    return asked is not None and asked.about is AskedAbout.READING and any(denials(reading.work))


def _knows_every_word(clause: Clause) -> bool:
    """Whether each word that the rules did not read stands in questions about figures that the network learnt from.

    Another one may restrict what is asked, and figures without it would answer another question.
    """
    return all(flat(word) in asking_words() for word in clause.unread)


def _needs_none(heard: Heard) -> bool:
    """Whether what is asked is asked of no account in particular."""
    if heard.intent != "figures":
        return heard.intent in {"knowledge", "risks"} or heard.intent in REFUSING
    return heard.measure is not Measure.LIST or (_says_what(heard) and not heard.says("prior", "needs_account"))


def _says_what(heard: Heard) -> bool:
    """Whether anything is heard besides the intent and the kind of record: else it is a figure of nothing."""
    said = heard.measure is not Measure.LIST or any(heard.says(name) for name in heard.marks)
    return heard.intent != "figures" or said


def _lacks_whom(heard: Heard, clause: Clause, context: PlanningContext) -> bool:
    """`when is their contract up?` at the start of a conversation."""
    points = heard.says("prior", "needs_account") or clause.reading.has("pronoun")
    return points and heard.asks_of_one and not context.steps and not clause.subjects.any


def _forgets_whom(heard: Heard, ruled: Plan, clause: Clause, context: PlanningContext) -> bool:
    """`and when does it renew?`: the rules tell of all accounts where those spoken of are meant."""
    if heard.intent != "figures" or not all(isinstance(step, QueryStep) for step in ruled.steps):
        return False
    of_all = not any(step.query.account_ids for step in ruled.steps if isinstance(step, QueryStep))
    told = bool(context.steps) and all(accounts_of(step) for step in context.steps) and bool(clause.subjects.before)
    return of_all and told and heard.marks["prior"] >= _SURER


def _hears_other_records(heard: Heard, ruled: Plan) -> bool:
    """Whether the rules' figures are of other records, or leave out what is heard for certain."""
    queries = [step.query for step in ruled.steps if isinstance(step, QueryStep)]
    if heard.subject not in {query.subject for query in queries}:
        return min(heard.subject_share, heard.intent_share) >= _CERTAIN
    if len(queries) > 1 or heard.intent_share < _CERTAIN:
        return False
    ranked = heard.measure is Measure.LIST and heard.marks["a_top"] >= _SURE and queries[0].measure is Measure.COUNT
    if ranked and heard.measure_share >= _SURER:
        return True
    relisted = heard.says("prior") and heard.measure is Measure.LIST and queries[0].measure is not Measure.LIST
    return lacks(queries[0], heard) or (relisted and heard.measure_share >= _CERTAIN)


def names_another(heard: Heard, clause: Clause, directory: Directory) -> bool:
    """Whether a word may be the name of an account or person that is none of ours.

    A capital within a sentence, or the place where a question names an account, makes a name of any word that was not
    read; elsewhere only a word that nobody uses every day may be one.
    """
    reading = clause.reading
    if clause.subjects.accounts or heard.intent in {"knowledge", "rfp"}:
        return False
    unread = clause.unread
    if any(_is_capital(word, reading) or (_is_placed(word, reading) and not _is_everyday(word)) for word in unread):
        return True
    if heard.asks_of_one:
        return any(flat(word) not in asking_words() for word in unread)
    strange = _strange_words(clause, directory)
    if heard.intent != "figures" or not _needs_none(heard):
        return bool(strange)
    ends = reading.shown.rstrip(" .,;:?!").split()[-1:] if len(reading.shown.split()) <= _BRIEF else []
    begins = reading.shown.split()[:1]
    return any(word in (*ends, *begins) for word in strange)


def _is_capital(word: str, reading: Reading) -> bool:
    """Whether it has a capital letter where no sentence begins."""
    letters = [character for character in reading.shown if character.isalpha()]
    shouted = sum(character.isupper() for character in letters) > len(letters) // 2
    before = reading.shown[: reading.shown.find(word)].rstrip(" ¿¡\"'(«“")
    return word[0].isupper() and not shouted and bool(before) and not before.endswith((".", "?", "!", ":", ";"))


def _is_placed(word: str, reading: Reading) -> bool:
    place = reading.shown.find(word)
    after = reading.work[place + len(word) :]
    return mark("slot").search(reading.work[:place]) is not None or mark("possessive").match(after) is not None


def _is_everyday(word: str) -> bool:
    return flat(word) in everyday() - brands()


def _strange_words(clause: Clause, directory: Directory) -> list[str]:
    """Words that nobody uses every day and that none of our documents has: they may be a name."""
    found = [word for word in clause.unread if not _is_known(flat(word))]
    return sorted(set(found) - directory.topics(set(found))) if found else []


def _is_known(word: str) -> bool:
    return (
        word in everyday()
        or word[: max(_STEM, len(word) - 3)] in stems()
        or mark("word_ending").search(word) is not None
    )
