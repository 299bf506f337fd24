"""The sentences of an answer from texts: who said it, when, and in which words.

Invariant: one line for each sentence quoted, resting on exactly what it quotes and on the fields that name who and
when; a figure of ours never stands among them. Where the figures asked for differ, the newest comes first and the
reader is told.
"""

import re
from collections.abc import Sequence

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.domain.figures import FigureKind, extract_figures
from copilot.workflows.chat.answering import Judged, Verdict, asks
from copilot.workflows.chat.contract import Line, Scene
from copilot.workflows.chat.told import Told
from copilot.workflows.chat.wording import cited, in_language, on_day, quote, said, verb
from copilot.workflows.reading.text import stems

MOST_ANSWERS = 3
MOST_CLOSEST = 2
_NEAR_BEST = 2.6
_GOOD, _CLEAR = -1.6, 1.0
_ALIKE = 0.8
_HALF = 0.5
_WORTH_A_LOOK = -4.0
_REPEATS = 0.7
_LEAST_SHARED = 2
_CELL = re.compile(r"[^:\n]{1,60}: \S")
_SPOKEN = frozenset({DocumentKind.EMAIL, DocumentKind.TRANSCRIPT, DocumentKind.NOTE})


def answer_lines(verdict: Verdict, scene: Scene) -> list[Line]:
    """The answer, the most direct sentence first."""
    chosen = _chosen(verdict.ranked)
    differ = _differ(chosen)
    if differ:
        chosen = sorted(chosen, key=lambda item: item.told.day, reverse=True)
    lines = [line_of(item, scene) for item in chosen]
    if differ:
        lines.insert(0, said(scene.say(
            es="Las fuentes no coinciden; primero, la más reciente.",
            en="The sources do not agree; the newest first.",
        )))  # fmt: skip
    return lines


def closest_lines(verdict: Verdict, scene: Scene) -> list[Line]:
    """That nothing answers, and what comes closest."""
    nothing = said(scene.say(es="No he encontrado nada que lo diga.", en="I found nothing that says so."))
    closest = [item for item in verdict.ranked if item.replies_to is None and _is_near(item)][:MOST_CLOSEST]
    if not closest:
        return [nothing]
    lead = said(scene.say(es="Lo más cercano, que no lo contesta:", en="The closest, which does not answer it:"))
    return [nothing, lead, *(line_of(item, scene) for item in _distinct(closest))]


def _is_near(item: Judged) -> bool:
    """Whether it is worth a look. What has next to nothing of the question in it would only be odd."""
    return item.score >= _WORTH_A_LOOK and item.alike >= _HALF


def _chosen(ranked: Sequence[Judged]) -> list[Judged]:
    telling = [item for item in ranked if not asks(item.told.text)] or list(ranked)
    best = telling[0].score
    # Where the best is not clearly the answer, what comes close to it may be.
    least = max(best - _NEAR_BEST, _GOOD) if best >= _CLEAR else best - _NEAR_BEST
    good = [item for item in telling if item.score >= least]
    return _distinct(good)[:MOST_ANSWERS]


def _distinct(ranked: Sequence[Judged]) -> list[Judged]:
    """Without what repeats a better one in almost the same words, or is quoted with it."""
    kept: list[Judged] = []
    quoted: set[int] = set()
    for item in ranked:
        if item.told.order in quoted or any(_repeats(item.told, other.told) for other in kept):
            continue
        kept.append(item)
        quoted.update(other.order for other in item.announces)
    return kept


def _repeats(one: Told, other: Told) -> bool:
    if one.language is not other.language:
        return False
    first, second = stems(one.text, one.language), stems(other.text, other.language)
    if {word for word in first if word.isdigit()} != {word for word in second if word.isdigit()}:
        return False
    return bool(first and second) and len(first & second) >= _REPEATS * min(len(first), len(second))


def _differ(chosen: Sequence[Judged]) -> bool:
    """Whether two sentences that both speak of the same thing give different figures for it."""
    direct = [item for item in chosen if item.alike >= _ALIKE]
    return any(_disagree(one.told, other.told) for place, one in enumerate(direct) for other in direct[place + 1 :])


def _disagree(one: Told, other: Told) -> bool:
    shared = stems(one.text, one.language) & stems(other.text, other.language)
    if len([word for word in shared if not word.isdigit()]) < _LEAST_SHARED:
        return False
    for kinds in ({FigureKind.AMOUNT}, {FigureKind.NUMBER}, {FigureKind.PERCENTAGE}):
        first, second = (_values(item, kinds) for item in (one, other))
        if first and second and not first & second:
            return True
    return False


def _values(item: Told, kinds: set[FigureKind]) -> set[object]:
    found = extract_figures(item.text, language=item.language)
    return {figure.value for figure in found if figure.kind in kinds and figure.value is not None}


def line_of(item: Judged, scene: Scene) -> Line:
    """`On 12 November Grace Okoye said: “…”`."""
    told = item.told
    if item.replies_to is not None:
        both = f"{quote(scene, item.replies_to.text)} {quote(scene, told.text)}"
        cites = (item.replies_to.evidence.id, told.evidence.id)
        return cited(f"{_reply_head(told, scene)}: {both}", cites)
    # Cells of a row and items of a list are quoted one by one.
    parts = [part for each in (told, *item.announces) for part in _cells(each)]
    quoted = " ".join(quote(scene, part) for part in parts)
    behind = (told.evidence, *(each.evidence for each in item.announces), *told.frame)
    return cited(f"{_head(told, scene)}: {quoted}", (each.id for each in behind))


def _cells(told: Told) -> list[str]:
    lines = [line for line in told.text.split("\n") if line.strip()]
    return lines if len(lines) > 1 and all(_CELL.match(line) for line in lines) else [told.text]


def _head(told: Told, scene: Scene) -> str:
    language = in_language(scene, told.language)
    if told.kind in _SPOKEN and told.speaker is not None:
        return f"{on_day(scene, told.day)} {told.speaker} {verb(scene, told.kind)}{language}"
    named = scene.say(es=f"«{told.title}»", en=f"“{told.title}”")
    if _is_dated(told):
        return scene.say(
            es=f"{named}, del {_bare_day(told, scene)}{language}", en=f"{named} of {_bare_day(told, scene)}{language}"
        )
    return f"{named}{language}"


def _reply_head(told: Told, scene: Scene) -> str:
    named = scene.say(es=f"«{told.title}»", en=f"“{told.title}”")
    language = in_language(scene, told.language)
    return scene.say(es=f"{named}{language}, a la pregunta y respuesta", en=f"{named}{language}, asked and answered")


def _is_dated(told: Told) -> bool:
    """Shared knowledge is as of its last change; the day of its import would say nothing."""
    return told.kind in _SPOKEN or (told.evidence.account_id is not None and told.evidence.origin is not Origin.WEB)


def _bare_day(told: Told, scene: Scene) -> str:
    return on_day(scene, told.day).split(" ", 1)[1]
