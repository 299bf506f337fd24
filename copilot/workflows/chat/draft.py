"""Puts an answer into a draft for the queue.

Invariant: the draft belongs to an account only if everything in it is about that account (shared knowledge aside);
what mixes accounts belongs to nobody but its asker. Its evidence is exactly what its sentences cite.
"""

from collections import Counter

from copilot.domain.destinations import Destination
from copilot.domain.drafts import Audience, Draft, DraftKind, Section, Segment, cited_evidence, content_hashes
from copilot.domain.evidence import Evidence
from copilot.domain.plans import Plan
from copilot.store.accounts import AccountRepository
from copilot.workflows.chat.contract import Answer, Found, Scene
from copilot.workflows.chat.wording import said

_TITLE_LENGTH = 80


def assemble(answer: Answer, scene: Scene, plan: Plan) -> Draft:
    """The answer as a draft: one section for each step that found (or looked for) something."""
    gathered = _gathered(answer.found)
    sections = _sections(answer.found)
    evidence = cited_evidence(sections, gathered)
    account_id, account_name = _account(answer.found, evidence, scene)
    hashes = content_hashes(gathered.values())
    parameters = {**answer.provenance.parameters, "planner": plan.planner}
    return Draft(
        kind=DraftKind.CHAT_ANSWER,
        audience=Audience.INTERNAL,
        language=scene.language,
        title=_title(scene),
        account_id=account_id,
        account_name=account_name,
        as_of=scene.today,
        written_at=scene.uow.clock.now(),
        sections=sections,
        evidence=evidence,
        destination=Destination.HERE,
        provenance=answer.provenance.model_copy(update={"evidence_hashes": hashes, "parameters": parameters}),
    )


def _gathered(found: tuple[Found, ...]) -> dict[str, Evidence]:
    return {item.id: item for part in found for item in part.evidence}


def _sections(found: tuple[Found, ...]) -> tuple[Section, ...]:
    """Keys are made unique here: two steps of one kind about two accounts may have named theirs alike."""
    seen: Counter[str] = Counter()
    noticed: dict[str, None] = {}
    sections = []
    for part in found:
        if not part.lines:
            continue
        notices = [said(text) for text in part.notices if text not in noticed]
        noticed.update(dict.fromkeys(part.notices))
        seen[part.key] += 1
        key = part.key if seen[part.key] == 1 else f"{part.key}_{seen[part.key]}"
        segments = tuple(
            Segment(
                id=f"{key}.{number}",
                text=line.text,
                evidence_ids=line.evidence_ids,
                uncited_reason=line.uncited_reason,
            )
            for number, line in enumerate((*part.lines, *notices), start=1)
        )
        sections.append(Section(key=key, title=part.title, segments=segments))
    return tuple(sections)


def _account(found: tuple[Found, ...], evidence: tuple[Evidence, ...], scene: Scene) -> tuple[str | None, str | None]:
    """The one account that everything is about, with its name; else nothing."""
    about = {account_id for part in found for account_id in part.account_ids}
    placed = {item.account_id for item in evidence if item.visibility is None}
    if len(about) != 1 or not placed <= about:
        return None, None
    (account_id,) = about
    names = AccountRepository(scene.uow).names((account_id,), viewer=scene.viewer)
    name = names.get(account_id)
    return (account_id, name) if name is not None else (None, None)


def _title(scene: Scene) -> str:
    asked = " ".join(scene.message.split())
    if len(asked) > _TITLE_LENGTH:
        asked = asked[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return scene.say(es=f"Respuesta: {asked}", en=f"Answer: {asked}")
