"""Whom a message is about: accounts and contacts it names, those of the conversation, or nobody we know.

Invariant: an account comes from the directory or from the conversation; several that fit are never chosen from by
chance; a name that fits none is refused the same way whether it exists or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from copilot.agent.planner.conditions import countries_in, nouns
from copilot.agent.planner.cues import cue, mark, table
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.spelling import brands, everyday, stems
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.mentions import NamedAccount, NamedContact
from copilot.domain.name_index import Word, words_of
from copilot.domain.plans import AskedAbout, Candidate, Clarification, PlanningContext

_MOST_CANDIDATES = 8
_ABOUT_ONE = ("brief", "timeline", "meeting_prep", "follow_up", "after_meeting", "explain_score")
_SHORTEST = 3
_SHORTEST_STEM = 5
_LONGEST_ACRONYM = 5
_LABEL = "{name} · {account}"


@dataclass(frozen=True)
class Subjects:
    """Whom a message is about."""

    accounts: tuple[str, ...] = ()
    """Named, or chosen as an answer."""
    contacts: tuple[NamedContact, ...] = ()
    asked: Clarification | None = None
    unknown: bool = False
    before: tuple[str, ...] = field(default=())
    """Accounts of the conversation so far."""
    earlier: tuple[str, ...] = ()
    """Those before them, the latest first."""

    @property
    def any(self) -> tuple[str, ...]:
        """Named accounts, else those spoken of before."""
        return self.accounts or self.before


def subjects_of(
    reading: Reading, *, context: PlanningContext, directory: Directory, chosen: Sequence[str] = ()
) -> Subjects:
    """Whom the message is about. `chosen`: ids that the user picked when asked."""
    before = tuple(account.id for account in directory.accounts(context.account_ids)) if context.account_ids else ()
    picked = tuple(account.id for account in directory.accounts(chosen)) if chosen else ()
    people = directory.contacts(chosen) if chosen else ()
    accounts: list[str] = []
    for mention in reading.accounts:
        options = [account for account in mention.accounts if account.id in picked] or list(mention.accounts)
        if len(options) > 1:
            return Subjects(asked=which_account(reading, options), before=before)
        accounts.append(options[0].id)
    contacts, asked = _contacts(reading, accounts, before, people)
    if asked is not None:
        return Subjects(asked=asked, before=before)
    if not accounts:
        accounts = list(picked) or [item.account_id for item in contacts]
    unknown = _names_unknown(reading, directory, known=bool(accounts))
    return Subjects(tuple(dict.fromkeys(accounts)), contacts, None, unknown, before, context.earlier_account_ids)


def which_account(reading: Reading, options: Sequence[NamedAccount]) -> Clarification:
    """Asks which of the accounts is meant."""
    text = table("talk")[reading.language.value]
    candidates = tuple(Candidate(id=account.id, label=label_of(account)) for account in options[:_MOST_CANDIDATES])
    question = text["ask_account"] if candidates and reading.accounts else text["ask_account_none"]
    return Clarification(about=AskedAbout.ACCOUNT, question=question, candidates=candidates, message=reading.message)


def label_of(account: NamedAccount) -> str:
    """Name and country."""
    return f"{account.name} ({account.country})" if account.country else account.name


def _contacts(
    reading: Reading, accounts: Sequence[str], before: Sequence[str], people: Sequence[NamedContact]
) -> tuple[tuple[NamedContact, ...], Clarification | None]:
    """The contacts that are named; or a question which one."""
    found: list[NamedContact] = []
    for mention in reading.people:
        options = list(mention.contacts)
        for wanted in (accounts, [item.account_id for item in people if item in options], before):
            options = [item for item in options if item.account_id in wanted] or options
        options = [item for item in options if item in people] or options
        if len({flat(item.name) for item in options}) > 1 or len({item.account_id for item in options}) > 1:
            return (), _which_person(reading, options)
        found += options[:1]
    return tuple(dict.fromkeys(found)), None


def _which_person(reading: Reading, options: Sequence[NamedContact]) -> Clarification:
    text = table("talk")[reading.language.value]
    candidates = tuple(
        Candidate(id=item.id, label=_LABEL.format(name=item.name, account=item.account_name))
        for item in options[:_MOST_CANDIDATES]
    )
    return Clarification(
        about=AskedAbout.ACCOUNT, question=text["ask_person"], candidates=candidates, message=reading.message
    )


def _names_unknown(reading: Reading, directory: Directory, *, known: bool) -> bool:
    """Whether the message names a company or a person that is none of ours."""
    about_one = any(reading.has(name) for name in _ABOUT_ONE)
    if reading.has("rfp_answer") or (reading.has("knowledge") and not about_one):
        return False
    words = _joined_words(reading) if known else _placed_words(reading)
    return bool(words) and bool(set(words) - directory.topics(set(words)))


def _candidates(reading: Reading) -> Iterator[tuple[Word, str, str, str]]:
    """Words that are no everyday words: as written, and what stands before and after."""
    shown, work = reading.shown, reading.work
    brands_tell = _is_about_one(reading) and not countries_in(reading)
    for word in words_of(shown):
        written = shown[word.start : word.end]
        if written in {"ACCT", "PERSON", "WHEN", "AMOUNT"} or not word.text.isalpha() or len(word.text) < _SHORTEST:
            continue
        if word.text not in everyday() or (brands_tell and _is_named_brand(reading, word)):
            yield word, written, work[: word.start], work[word.end :]


def _joined_words(reading: Reading) -> list[str]:
    """Unknown names in one breath with an account: `compare Kestrel with Acme`."""
    comparing = reading.has("compare")
    return [
        written
        for _, written, before, after in _candidates(reading)
        if (mark("subjects_joined").search(before) or mark("joins").match(after))
        and (written[0].isupper() or comparing)
        and not _is_inflected(written)
    ]


def _placed_words(reading: Reading) -> list[str]:
    """Unknown names where a question names an account, or in capitals where no sentence begins."""
    letters = [character for character in reading.message if character.isalpha()]
    shouted = sum(character.isupper() for character in letters) > len(letters) // 2
    about_one = _is_about_one(reading) or bool(nouns(reading.work))
    found: list[str] = []
    for _, written, before, after in _candidates(reading):
        if written.isupper() and len(written) <= _LONGEST_ACRONYM and not shouted:
            continue
        begins = not before.strip(" ¿¡\"'(«“") or before.rstrip().endswith((".", "?", "!", ":", ";"))
        slot = bool(mark("slot").search(before) or mark("possessive").match(after)) and not _is_topic_place(before)
        named = written[0].isupper() and not shouted and not begins
        if named or (about_one and (slot or (begins and written[0].isupper())) and not _is_inflected(written)):
            found.append(written)
    return found


def _is_inflected(word: str) -> bool:
    """Whether an unknown word is another form of an everyday one: `deleting` beside `delete`."""
    plain = flat(word)
    return plain[: max(_SHORTEST_STEM, len(plain) - 3)] in stems() or mark("word_ending").search(plain) is not None


def _is_about_one(reading: Reading) -> bool:
    """Whether what is asked is asked about one account."""
    return any(reading.has(name) for name in _ABOUT_ONE) or bool(facts_in(reading.work))


def _is_named_brand(reading: Reading, word: Word) -> bool:
    """Whether a well-known name stands where a question about one account names it."""
    if word.text not in brands():
        return False
    before, after = reading.work[: word.start], reading.work[word.end :]
    placed = mark("name_place").search(before) or mark("possessive").match(after)
    return placed is not None and not _is_topic_place(before)


def _is_topic_place(before: str) -> bool:
    """After `about` a word may be any matter."""
    return bool(
        mark("topic_before").search(
            before,
        )
    ) and not mark("told_about").search(before)


def leans_back(reading: Reading) -> bool:
    """Whether the message points at what was spoken of before: `their`, `and`, `sus`."""
    return reading.has("pronoun") or reading.has("follow")


def points_at_several(reading: Reading) -> bool:
    """Whether it points at the rows of a list: `which of them`, `cuáles`."""
    return cue("intents", "wants", "plural").search(reading.work) is not None


def says(language: Language, key: str) -> str:
    """One of the planner's own sentences."""
    return str(table("talk")[language.value][key])
