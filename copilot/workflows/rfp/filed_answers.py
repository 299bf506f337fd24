"""An answer as a section of a draft, and a section that somebody edited as an answer.

Invariant: what stands in the queue under a question is its whole answer, the short form and the choices too; reading a
section that nobody changed gives the answer that it was made of. Words that somebody changed are as closed as those
that were there before, and rest on what a sentence rested on while they are mostly its words.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from copilot.domain.access import Visibility
from copilot.domain.drafts import Section, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import RfpAnswer, Route, ShortForm
from copilot.workflows.reading.text import sentence_spans, stems

SHORT_FORMS: Mapping[Language, Mapping[ShortForm, str]] = {
    Language.ES: {
        ShortForm.YES: "Sí",
        ShortForm.NO: "No",
        ShortForm.PARTIAL: "Parcialmente",
        ShortForm.NOT_APPLICABLE: "No aplicable",
    },
    Language.EN: {
        ShortForm.YES: "Yes",
        ShortForm.NO: "No",
        ShortForm.PARTIAL: "Partly",
        ShortForm.NOT_APPLICABLE: "Not applicable",
    },
}
_SHORT, _CHOSEN = "short", "chosen"
_BETWEEN = "; "
_FIGURE = re.compile(r"\d+")
"""With another one it is another statement."""
_MOSTLY = 0.6
"""Of a sentence's telling words, for it to be another one's, shortened or put otherwise."""


def claims(answer: RfpAnswer | None) -> bool:
    """Whether the answer says anything."""
    return answer is not None and (answer.short is not None or bool(answer.chosen) or bool(answer.segments))


def section_of(question: Question, answer: RfpAnswer) -> Section:
    """The answer under its question."""
    cited = tuple(item.id for item in answer.evidence)
    segments: list[Segment] = []
    if answer.short is not None:
        words = SHORT_FORMS[answer.language][answer.short]
        segments.append(Segment(id=f"{question.id}.{_SHORT}", text=f"{words}.", evidence_ids=cited))
    if answer.chosen:
        texts = {choice.key: choice.text for choice in question.choices}
        taken = _BETWEEN.join(texts.get(key, key) for key in answer.chosen)
        segments.append(Segment(id=f"{question.id}.{_CHOSEN}", text=taken, evidence_ids=cited))
    segments += [
        segment.model_copy(update={"id": f"{question.id}.{number}"})
        for number, segment in enumerate(answer.segments, start=1)
    ]
    return Section(key=question.id, title=question.text, segments=tuple(segments))


def answer_of(
    section: Section | None, *, question: Question, filed: RfpAnswer, evidence: Mapping[str, Evidence]
) -> RfpAnswer:
    """What `section` answers, which was made of `filed`; None: somebody took all of it out."""
    if section is not None and section == section_of(question, filed):
        return filed
    by_end = {segment.id.removeprefix(f"{question.id}."): segment for segment in section.segments} if section else {}
    short, chosen = by_end.pop(_SHORT, None), by_end.pop(_CHOSEN, None)
    form = None if short is None else short_form(short.text, language=filed.language)
    keys = () if chosen is None else _chosen(chosen.text, question)
    # What somebody wrote there and is none of the values is said in their words, not dropped.
    said = tuple(segment for segment, value in ((short, form), (chosen, keys)) if segment is not None and not value)
    cited = dict.fromkeys(key for segment in (section.segments if section else ()) for key in segment.evidence_ids)
    return filed.model_copy(
        update={
            "short": form,
            "chosen": keys,
            "segments": (*said, *by_end.values()),
            "evidence": tuple(evidence[key] for key in cited if key in evidence),
            "edited": True,
            "taken": None,
            "visibility": _narrowest(filed),
        }
    )


def rewritten(filed: RfpAnswer, *, text: str | None, short: ShortForm | None, chosen: tuple[str, ...]) -> RfpAnswer:
    """The answer with a person's words.

    Sentences that are still there keep what they rest on, and so does what somebody made of one with mostly its own
    words, as in the queue: guardrails hold it against the source. Others have nothing.
    """
    segments = filed.segments if text is None else tuple(_segments(text.strip(), filed))
    cited = {key for segment in segments for key in segment.evidence_ids}
    route = Route.EXPERT if filed.route is Route.NO_SOURCE else filed.route
    said = short is not None or bool(chosen) or bool(segments)
    return filed.model_copy(
        update={
            "short": short,
            "chosen": chosen,
            "segments": segments,
            "evidence": tuple(item for item in filed.evidence if item.id in cited),
            "route": route if said else Route.NO_SOURCE,
            "edited": True,
            "taken": filed.taken if segments == filed.segments else None,
            "visibility": _narrowest(filed),
        }
    )


def _narrowest(answer: RfpAnswer) -> Visibility | None:
    """None: it rests on no shared knowledge."""
    return max(answer.classes, key=list(Visibility).index, default=None)


def short_form(text: str, *, language: Language) -> ShortForm | None:
    """The short form that the words say, in either language; None: they say none."""
    said = fold(text).strip(" .!")
    for words in (SHORT_FORMS[language], *SHORT_FORMS.values()):
        for form, written in words.items():
            if said == fold(written):
                return form
    return None


def _segments(text: str, filed: RfpAnswer) -> list[Segment]:
    made: list[Segment] = []
    gone: list[Segment] = []
    rest = text
    for segment in filed.segments:
        before, found, after = rest.partition(segment.text)
        if not found:
            gone.append(segment)
            continue
        made += _own_words(before, gone, language=filed.language)
        made.append(segment)
        rest, gone = after, []
    made += _own_words(rest, gone, language=filed.language)
    return [
        segment.model_copy(update={"id": f"{filed.question_id}.{number}"})
        for number, segment in enumerate(made, start=1)
    ]


def _own_words(text: str, gone: Sequence[Segment], *, language: Language) -> list[Segment]:
    """What a person wrote in the place of the sentences that are gone; what rests on the same stays in one piece."""
    said = text.strip()
    starts = [start for start, _ in sentence_spans(said, 0, len(said))][1:]
    bounds = [0, *starts, len(said)]  # every character is in one of them: nothing that was written is lost
    made: list[tuple[str, tuple[str, ...]]] = []
    for start, end in pairwise(bounds):
        keys = _still_from(said[start:end], gone, language=language)
        if made and made[-1][1] == keys:
            made[-1] = (made[-1][0] + said[start:end], keys)
        else:
            made.append((said[start:end], keys))
    return [Segment(id="", text=words.strip(), evidence_ids=keys) for words, keys in made if words.strip()]


def _still_from(sentence: str, gone: Sequence[Segment], *, language: Language) -> tuple[str, ...]:
    """What it rests on: the sources of the sentence that most of its telling words are from, and every figure."""
    said, figures = stems(sentence, language), set(_FIGURE.findall(sentence))
    shares = {
        index: len(said & stems(each.text, language))
        for index, each in enumerate(gone)
        if figures <= set(_FIGURE.findall(each.text))
    }
    best = max(shares, key=lambda index: shares[index], default=None)
    return gone[best].evidence_ids if best is not None and said and shares[best] >= _MOSTLY * len(said) else ()


def _chosen(text: str, question: Question) -> tuple[str, ...]:
    said = {fold(part).strip() for part in text.split(_BETWEEN.strip())}
    whole = fold(text).strip()
    return tuple(choice.key for choice in question.choices if fold(choice.text).strip() in said | {whole})
