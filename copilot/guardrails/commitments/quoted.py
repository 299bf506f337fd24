"""Whose words a paragraph repeats, where it is nothing but somebody's words in quotation marks.

Invariant: only a whole paragraph `<who>: “…”` whose quotation stands letter by letter in a source that it cites, and
which is on record as that side's, is taken for theirs; whatever is added before or after makes it ours again, and so do
words of the email that accept what is quoted.
"""

import re
from enum import StrEnum

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import DraftKind, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.folding import flat
from copilot.guardrails.commitments.cues import cues
from copilot.guardrails.detector import Context
from copilot.guardrails.surroundings import Surroundings
from copilot.store.voices import Voice

_MARKED = re.compile(r"«[^«»]{1,2000}»|“[^“”]{1,2000}”|(?<!\w)\"[^\"]{1,2000}\"(?!\w)")
_PARAGRAPH = re.compile(
    r"\s{0,4}(?:[-–•*]\s{0,3})?(?P<lead>[^«»“”\"\n]{2,120}):\s{1,3}"
    r"(?P<marked>«[^«»]{1,2000}»|“[^“”]{1,2000}”|\"[^\"]{1,2000}\")\.?\s{0,4}"
)
_DATE = r"(?:\d{1,2}(?: de)? [a-z]{3,10}(?:(?: de)? \d{4})?|[a-z]{3,10} \d{1,2}(?:,? \d{4})?|\d{4}-\d{2}-\d{2})"
_DAY = rf"(?:,? (?:on|of|in|for|by|el|del|para el) {_DATE})?,?"
"""Between who said it and the quotation: a day, and nothing that could promise."""
_FOR_A_DAY = re.compile(rf"(?:for|by|on|para el|el) {_DATE}, ")
_YOU = re.compile(
    rf"(?:you (?:wrote|said|told us|told me|asked|asked us|asked for|mentioned|explained|pointed out)|"
    rf"(?:usted(?:es)? |tu )?(?:(?:nos|me) )?(?:escrib(?:io|iste|isteis|ieron)|di(?:jo|jiste|jisteis|jeron)|"
    rf"p(?:idio|ediste|edisteis|idieron)|coment(?:o|aste|asteis|aron))){_DAY}"
)
_US = re.compile(
    rf"(?:(?:i|we) (?:wrote|said|promised|told you)(?: to you)?|"
    rf"(?:(?:te|os|le|les) )?(?:escribi|escribimos|dije|dijimos|prometi|prometimos)){_DAY}"
)
_NAMED = re.compile(
    rf"(?P<name>[^\W\d_][\w.'’-]{{0,40}}(?: [\w.'’-]{{1,40}}){{0,5}}?)(?: (?:wrote|said|escribio|dijo))?{_DAY}"
)
_REPLIED_TO = re.compile(r"^\s{0,8}>.*$", re.MULTILINE)
"""What an email repeats of the one before: not its author's words."""
_SPACES = re.compile(r"\s+")
_SENTENCE_ENDS = (".", "!", "?", "…")


class Side(StrEnum):
    """Who is quoted."""

    CUSTOMER = "customer"
    US = "us"


def side_quoted(segment: Segment, context: Context) -> Side | None:
    """Whose words the paragraph is, if it is nothing but a quotation of one side that its sources bear out."""
    paragraph = _PARAGRAPH.fullmatch(segment.text)
    # In a tender even a quotation answers: there nothing is somebody else's word.
    if paragraph is None or context.draft.kind is DraftKind.RFP_ANSWER:
        return None
    around = context.surroundings
    told = _attributed(paragraph["lead"], around)
    if told is None or (told is Side.CUSTOMER and _taken_on(segment, context)):
        return None
    words = paragraph["marked"][1:-1]
    borne_out = _theirs if told is Side.CUSTOMER else _ours
    return told if any(borne_out(words, item, context) for item in context.cited(segment)) else None


def _attributed(lead: str, around: Surroundings) -> Side | None:
    plain = _SPACES.sub(" ", lead).strip()
    folded = flat(plain)
    day = _FOR_A_DAY.match(folded)
    rest = folded[day.end() :] if day else folded
    if _YOU.fullmatch(rest):
        return Side.CUSTOMER
    if _US.fullmatch(rest):
        return Side.US
    named = _NAMED.fullmatch(rest)
    return _side_of(named["name"], around) if named else None


def _side_of(name: str, around: Surroundings) -> Side | None:
    """The side of a person on record; of nobody whom both sides could have, and of nobody unknown."""
    ours = any(_same(name, known) for known in around.staff_names)
    theirs = any(_same(name, known) for known in around.contact_names)
    if ours == theirs:
        return None
    return Side.US if ours else Side.CUSTOMER


def _same(one: str, other: str) -> bool:
    """Whether two ways of writing a name can be the same person: given name and one family name at least."""
    shorter, longer = sorted((flat(one).split(), flat(other).split()), key=len)
    return len(shorter) > 1 and shorter[0] == longer[0] and set(shorter) <= set(longer)


def _taken_on(segment: Segment, context: Context) -> bool:
    """Whether the email accepts what it quotes, or puts it down as our part."""
    words = cues().quoted
    for section in context.draft.sections:
        inside = any(item is segment for item in section.segments)
        for item in section.segments:
            own = flat(_MARKED.sub(" ", item.text))
            if words["accepts"].search(own) or (inside and words["our_part"].search(own)):
                return True
    return False


def _theirs(words: str, item: Evidence, context: Context) -> bool:
    """Whether the customer of this draft wrote or said the words."""
    if item.origin is not Origin.CUSTOMER or item.account_id != context.draft.account_id:
        return False
    if _stands_in(words.removesuffix("…"), item.text) is None:
        return False
    if item.kind is not EvidenceKind.PASSAGE:
        return item.kind is EvidenceKind.RECORD
    voice, kind = _heard(item, context)
    if voice is None or kind is None:
        return False
    if kind is DocumentKind.TRANSCRIPT:
        # Everything said in a call has the customer's origin, also what we said: there only the speaker tells.
        return [_side_of(speaker, context.surroundings) for speaker in voice.speakers] == [Side.CUSTOMER]
    return not any(_is_ours(speaker, context.surroundings) for speaker in voice.speakers)


def _ours(words: str, item: Evidence, context: Context) -> bool:
    """Whether one of us told the customer exactly this: a whole sentence, with whatever conditions it has."""
    voice, kind = _heard(item, context)
    if voice is None or kind not in {DocumentKind.EMAIL, DocumentKind.TRANSCRIPT}:
        return False
    if item.account_id is None or item.account_id != context.draft.account_id:
        return False
    around = context.surroundings
    to_them = any(
        not _is_ours(who, around) and ("@" in who or _side_of(who, around) is Side.CUSTOMER) for who in voice.people
    )
    spoken = len(voice.speakers) == 1 and all(_is_ours(who, around) for who in voice.speakers)
    place = _stands_in(words, item.text)
    return to_them and spoken and place is not None and _is_whole(place, item.text)


def _heard(item: Evidence, context: Context) -> tuple[Voice | None, DocumentKind | None]:
    document = context.surroundings.cited_documents.get(item.document_id or "")
    return context.surroundings.voices.get(item.id), document.kind if document else None


def _is_ours(who: str, around: Surroundings) -> bool:
    if "@" in who:
        return who.rpartition("@")[2].lower() in around.own_domains
    return any(_same(who, known) or flat(who) == flat(known) for known in around.staff_names)


def _single(text: str) -> str:
    return _SPACES.sub(" ", text.replace("**", "")).strip()


def _own_words(source: str) -> str:
    return _single(_REPLIED_TO.sub("", source))


def _stands_in(words: str, source: str) -> tuple[int, int] | None:
    """Where the exact words stand in the source, spaces made single and not cut out of a word or number."""
    wanted, text = _single(words), _own_words(source)
    start = text.find(wanted) if wanted else -1
    if start < 0:
        return None
    end = start + len(wanted)
    joined = (text[start - 1 : start] + text[start], text[end - 1] + text[end : end + 1])
    return None if any(_runs_on(pair) for pair in joined) else (start, end)


def _runs_on(pair: str) -> bool:
    return len(pair) > 1 and all(char.isalnum() or char in ".,%" for char in pair) and pair[1].isalnum()


def _is_whole(place: tuple[int, int], source: str) -> bool:
    """Whether what is quoted begins and ends where sentences of the source do."""
    text = _own_words(source)
    before, after = text[: place[0]].rstrip(), text[place[1] :].strip()
    return (not before or before.endswith(_SENTENCE_ENDS)) and (
        not after or text[: place[1]].rstrip().endswith(_SENTENCE_ENDS)
    )
