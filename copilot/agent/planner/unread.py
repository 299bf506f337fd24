"""Words of a message that were not understood, and questions that no query can answer.

Invariant: a query is planned only if each word that may restrict it was read; a restriction is never dropped in
silence, because figures without it would answer another question.
"""

import re
from functools import cache

from copilot.agent.planner.conditions import conditions, nouns
from copilot.agent.planner.cues import cue, hits, mark, mark_before, pattern, spelled_words, table
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.spelling import everyday
from copilot.domain.name_index import words_of
from copilot.domain.period_patterns import period_vocabulary
from copilot.domain.plans import AskedAbout, Clarification
from copilot.guardrails.personal_data.name_lists import COMPANY_WORDS, GIVEN, WORDS

_SHORTEST = 4
_STEM = 5
_NEAR = 80
"""Characters around a word in which is told what stands in its place."""
_DENYING = frozenset({"denies", "left_aside", "no_denial", "lacking", "from_list"})
"""Marks whose words are read only where something is done about them."""
_ASKING = ("brief", "timeline", "explain_score", "meeting_prep", "follow_up", "after_meeting", "search")


def unanswerable(reading: Reading) -> Clarification | None:
    """What to say of a figure that no query can give: a rate, a trend by month."""
    for entry in table("unanswerable")["kind"]:
        if pattern(entry["words"]).search(reading.work) and not _excepted(entry, reading):
            return _asked(reading, str(entry[reading.language.value]))
    return None


def _excepted(entry: dict[str, str], reading: Reading) -> bool:
    excepted, needed = entry.get("unless", ""), entry.get("only_with", "")
    return bool(excepted and pattern(excepted).search(reading.work)) or bool(
        needed and not pattern(needed).search(reading.work)
    )


def unread_question(reading: Reading) -> Clarification | None:
    """Asks to say it another way, naming the words that were not understood."""
    words = unread_words(reading)
    if not words:
        return None
    quoted = ", ".join(f"«{word}»" if reading.language.value == "es" else f"“{word}”" for word in words[:3])
    return _asked(reading, str(table("unanswerable")["words"][reading.language.value]).format(words=quoted))


def is_told_in_texts(reading: Reading) -> bool:
    """Whether what is asked of an account is no figure that we keep: who its lawyer is, how many turbines it has.

    Its texts may tell, or nothing does. Where records are spoken of, an unknown word may restrict them instead.
    """
    return counts_unknown(reading) or not {noun.name for noun in nouns(reading.work)} - {"accounts", "contacts"}


def asks_to_say(reading: Reading, reason: str) -> Clarification:
    """Asks to say it another way, for one of the reasons whose words stand with the cues."""
    return _asked(reading, str(table("unanswerable")["words"][f"{reason}_{reading.language.value}"]))


def _asked(reading: Reading, text: str) -> Clarification:
    return Clarification(about=AskedAbout.READING, question=text, message=reading.message)


def narrowed_risks(reading: Reading) -> Clarification | None:
    """Says that signals of risk are not split by country, sector or period, where the message wants that."""
    narrowing = {"country", "industry", "segment"}
    narrowed = any(item.condition.field in narrowing for item in conditions(reading))
    if not narrowed and not reading.amounts and all(item.period.contains(reading.today) for item in reading.periods):
        return None
    return _asked(reading, str(table("unanswerable")["words"][f"risks_{reading.language.value}"]))


def unread_words(reading: Reading) -> tuple[str, ...]:
    """Words, as written, that no cue knows and that may restrict what is asked."""
    taken = [(item.start if item.denied_at is None else item.denied_at, item.end) for item in conditions(reading)]
    purpose = _preamble().match(reading.work.lower())
    if purpose is not None:  # `for my report: how many ...` tells what for, not of which records
        taken.append(purpose.span())
    sectors = _sector_words(reading.work)
    found = []
    for word in words_of(reading.shown):
        written = reading.shown[word.start : word.end]
        if written in {"ACCT", "PERSON", "WHEN", "AMOUNT"} or not word.text.isalpha() or _is_short(word.text):
            continue
        if any(start <= word.start < end for start, end in taken):
            continue
        if _is_read(word.text) and not any(start <= word.start < end for start, end in sectors):
            continue
        found.append(written)
    return tuple(dict.fromkeys(found))


def _sector_words(work: str) -> tuple[tuple[int, int], ...]:
    """Where sectors are named: one far from its noun becomes no condition. Health is left out, as it is a score too."""
    lines = "\n".join(words for name, words in table("records")["sectors"].items() if name != "health")
    return tuple((hit.start, hit.end) for hit in hits(work, lines))


def counts_unknown(reading: Reading) -> bool:
    """`how many turbines`: whether what is counted is no kind of record or figure that we keep."""
    match = mark("how_many").search(reading.work)
    return match is not None and not _is_read(match["counted"]) and len(match["counted"]) >= _SHORTEST


def _is_short(word: str) -> bool:
    return len(word) < _SHORTEST and (word not in GIVEN or word in everyday())


def _is_read(word: str) -> bool:
    return word in _vocabulary() or word[: max(_STEM, len(word) - 3)] in _stems()


@cache
def _vocabulary() -> frozenset[str]:
    """Every word of the cues, of periods, and words that restrict nothing."""
    marks = " ".join(str(item) for name, item in table("marks")["marks"].items() if name not in _DENYING)
    written = set(re.findall(r"[a-z]{3,}", marks))
    periods = period_vocabulary()
    dated = {*periods.months, *periods.weekdays, *periods.units, *periods.ordinals}
    dated |= {word for phrase in periods.numbers for word in phrase.split()}
    fillers = set(str(table("unanswerable")["words"]["fillers"]).split())
    return frozenset(spelled_words(refused=False) | written | dated | fillers)


@cache
def _preamble() -> re.Pattern[str]:
    """How people begin who first say what they need an answer for."""
    return re.compile("|".join(str(table("unanswerable")["words"]["preamble"]).split("\n")[:-1]).strip("|"))


@cache
def _stems() -> frozenset[str]:
    return frozenset(word[:length] for word in _vocabulary() for length in range(_STEM, len(word) + 1))


def loose_name(reading: Reading, directory: Directory) -> bool:
    """Whether a word that is no common one stands where a question about one account would name it.

    `how is zenith doing`: with an account in its place the words ask about that account.
    """
    if reading.accounts or reading.people or reading.has("knowledge") or reading.has("rfp_answer"):
        return False
    for word in words_of(reading.shown):
        written = reading.shown[word.start : word.end]
        if written in {"ACCT", "PERSON", "WHEN", "AMOUNT"} or len(word.text) < _SHORTEST or not word.text.isalpha():
            continue
        firm = word.text in COMPANY_WORDS - WORDS and not _is_article(reading.work[: word.start])
        if (word.text in everyday() and not firm) or (_is_read(word.text) and not firm):
            continue
        start, end = word.start, word.end
        before, after = reading.work[max(0, start - _NEAR) : start], reading.work[end : end + _NEAR]
        placed = mark_before("slot", reading.work, start) is not None or mark("possessive").match(after)
        if (_follows_slot(f"{before}ACCT{after}") or (placed and _asks_of(reading, start, end))) and not (
            directory.topics({written})
        ):
            return True
    return False


def _asks_of(reading: Reading, start: int, end: int) -> bool:
    """Whether the message asks about one account if the name of one stood there."""
    work = f"{reading.work[:start]}ACCT{reading.work[end:]}"
    people = ("decides", "list", "reach", "role")
    return any(cue("intents", "wants", name).search(work) for name in _ASKING) or any(
        cue("facts", "people", name).search(work) for name in people
    )


def _follows_slot(work: str) -> bool:
    return bool(pattern(str(table("unanswerable")["words"]["slots"])).search(work))


def _is_article(before: str) -> bool:
    return (
        re.search(r"\b(?:the|el|la|los|las|un|una|our|nuestr[oa]s?|mis?|my|cuentas?|clientes?)\s+$", before) is not None
    )
