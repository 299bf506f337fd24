"""How the replay of one item looks at the command line, in the language of the person it acts for.

Invariant: whatever came from outside is printed as plain text, without control characters or markup.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import typer
from rich.text import Text

from copilot.approvals.comparison import Change, Part
from copilot.approvals.replay_item import ItemReplay
from copilot.cli.context import console
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer

_TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "asked": "Lo pidió {name} el {when}",
        "writer": "Lo escribió: {writer} · modelo {model} · código {code}",
        "prompt": "Prompt {id} v{version}, sha256 {sha} · hoy: {today}",
        "no_prompt": "Sin prompt: ningún modelo recibió este texto.",
        "parameter": "Parámetro {name}: {value}",
        "note": "Nota: {note}",
        "sources": "Fuentes citadas",
        "source": "[{number}] {label} · sha256 {sha} · hoy: {today}",
        "findings": "Lo que vieron los controles",
        "no_findings": "Los controles no encontraron nada.",
        "versions": "Versiones",
        "version": "v{version} de {name}, {when}, digest {digest} · {whole}",
        "whole": "íntegra",
        "not_whole": "NO corresponde a su digest",
        "erased": "con datos borrados el {when}",
        "votes": "Votos",
        "vote": "{name}{lent} como {role}, paso {step}, {when}, condiciones {terms}{void}",
        "lent": " en nombre de {name}",
        "void": " · anulado ({reason})",
        "release": "Entrega por {sink}: {state} {receipt}",
        "no_release": "No se ha entregado nada.",
        "steps": "Pasos en la cadena de auditoría",
        "step": "{sequence} {when} {action} por {actor} · {fits}, {signed}",
        "fits": "encaja",
        "not_fits": "NO ENCAJA",
        "signed": "firmado",
        "unsigned": "aún sin firmar",
        "missing": "Faltan en la cadena: {names}",
        "sound": "Cada paso está en la cadena y encaja.",
        "not_sound": "La cadena NO respalda todo lo que dice este elemento.",
        "same": "igual",
        "changed": "ha cambiado",
        "gone": "ya no existe o usted no puede verlo",
        "erased_today": "borrado",
        "reproduction_same": "Escrito otra vez, sale lo mismo (mismo digest).",
        "reproduction_differs": "Escrito otra vez con las mismas fuentes y código, sale distinto: cambió una "
        "preferencia de estilo, un informe anterior o quién lo lee.",
        "reproduction_sources_changed": "No puede salir lo mismo: alguna fuente ha cambiado o usted no la ve.",
        "reproduction_other_code": "Lo escribió otra versión del producto; la de hoy escribe algo distinto.",
        "reproduction_model": "Lo escribió un modelo: no puede reproducirse, solo comprobarse.",
        "reproduction_person": "Esta versión la escribió una persona: no hay nada que reproducir.",
        "reproduction_erased": "Se borraron datos de esta versión: no puede reproducirse.",
        "reproduction_no_writer": "Nada aquí escribe por sí solo un texto así, o usted no ve su cuenta.",
    },
    "en": {
        "asked": "Asked for by {name} on {when}",
        "writer": "Written by: {writer} · model {model} · code {code}",
        "prompt": "Prompt {id} v{version}, sha256 {sha} · today: {today}",
        "no_prompt": "No prompt: no model was given this text.",
        "parameter": "Parameter {name}: {value}",
        "note": "Note: {note}",
        "sources": "Sources cited",
        "source": "[{number}] {label} · sha256 {sha} · today: {today}",
        "findings": "What the checks saw",
        "no_findings": "The checks found nothing.",
        "versions": "Versions",
        "version": "v{version} by {name}, {when}, digest {digest} · {whole}",
        "whole": "whole",
        "not_whole": "does NOT match its digest",
        "erased": "data erased on {when}",
        "votes": "Votes",
        "vote": "{name}{lent} as {role}, step {step}, {when}, terms {terms}{void}",
        "lent": " on behalf of {name}",
        "void": " · void ({reason})",
        "release": "Release through {sink}: {state} {receipt}",
        "no_release": "Nothing was released.",
        "steps": "Steps in the audit chain",
        "step": "{sequence} {when} {action} by {actor} · {fits}, {signed}",
        "fits": "fits",
        "not_fits": "DOES NOT FIT",
        "signed": "signed",
        "unsigned": "not signed yet",
        "missing": "Missing in the chain: {names}",
        "sound": "Every step is in the chain and fits.",
        "not_sound": "The chain does NOT back everything that this item says.",
        "same": "the same",
        "changed": "changed",
        "gone": "gone, or not for you to see",
        "erased_today": "erased",
        "reproduction_same": "Written again, it comes out the same (same digest).",
        "reproduction_differs": "Written again from the same sources by the same code, it comes out otherwise: a "
        "preference of style, an earlier brief or who reads it is different.",
        "reproduction_sources_changed": "It cannot come out the same: a source changed, or you may not see it.",
        "reproduction_other_code": "Another version of the product wrote it; today's writes something else.",
        "reproduction_model": "A model wrote it: it cannot be reproduced, only checked.",
        "reproduction_person": "A person wrote this version: there is nothing to reproduce.",
        "reproduction_erased": "Data were erased from this version: it cannot be reproduced.",
        "reproduction_no_writer": "Nothing here writes such a text by itself, or you do not see its account.",
    },
}
_MARKS = {Change.KEPT: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}


class _Say(Protocol):
    def __call__(self, text: str, **values: object) -> str: ...


def print_replay(replay: ItemReplay, *, viewer: Viewer, as_json: bool) -> None:
    """The whole story of one item."""
    if as_json:
        typer.echo(json.dumps(replay_as_json(replay), ensure_ascii=False, indent=2))
        return
    for line in _lines(replay, viewer):
        console.print(Text(plain(line)), highlight=False, soft_wrap=True)


def replay_as_json(replay: ItemReplay) -> dict[str, Any]:
    """The same for programs."""
    item, made = replay.view.item, replay.view.draft.provenance
    return {
        "item": item.id,
        "requested_by": replay.view.entry.requester_name,
        "requested_at": item.submitted_at.isoformat(),
        "provenance": made.model_dump(mode="json", exclude={"evidence_hashes"}),
        "prompt_today": replay.prompt.today if replay.prompt else None,
        "sources": [
            {"id": source.evidence_id, "sha256": source.written_hash, "today": source.today}
            for source in replay.sources
        ],
        "findings": [f"{finding.rule} {finding.severity.value}" for finding in replay.view.findings],
        "versions": [
            {
                "item": version.item_id,
                "version": version.version,
                "author": version.author_name,
                "digest": version.digest,
                "whole": version.whole,
                "erased_at": version.erased_at.isoformat() if version.erased_at else None,
                "changes": [_words(line.parts) for line in version.changes.lines] if version.changes else [],
            }
            for version in replay.versions
        ],
        "votes": [line.vote.model_dump(mode="json") | {"void": line.void_reason} for line in replay.view.votes],
        "release": replay.view.release.receipt if replay.view.release else None,
        "steps": [
            {
                "sequence": step.sequence,
                "at": step.happened_at.isoformat(),
                "action": step.action,
                "actor": step.actor,
                "fits": step.fits,
                "signed": step.signed,
            }
            for step in replay.steps
        ],
        "missing": list(replay.missing),
        "sound": replay.sound,
        "reproduction": replay.reproduction,
    }


def _lines(replay: ItemReplay, viewer: Viewer) -> Iterator[str]:
    def say(text: str, **values: object) -> str:
        return _TEXTS.get(viewer.language, _TEXTS["en"])[text].format(**values)

    yield replay.view.entry.title
    yield replay.view.item.id
    yield say("asked", name=replay.view.entry.requester_name, when=_when(replay.view.item.submitted_at))
    yield from _origin(replay, say)
    yield from _history(replay, say)
    yield ""
    yield say("steps")
    for step in replay.steps:
        fits, signed = say("fits" if step.fits else "not_fits"), say("signed" if step.signed else "unsigned")
        yield "  " + say(
            "step",
            sequence=step.sequence,
            when=_when(step.happened_at),
            action=step.action,
            actor=step.actor,
            fits=fits,
            signed=signed,
        )
    if replay.missing:
        yield say("missing", names=", ".join(replay.missing))
    yield say("sound" if replay.sound else "not_sound")
    yield say(f"reproduction_{replay.reproduction.value}")


def _origin(replay: ItemReplay, say: _Say) -> Iterator[str]:
    made = replay.view.draft.provenance
    yield say("writer", writer=made.writer, model=made.model or "-", code=made.code_version)
    prompt = replay.prompt
    if prompt is None:
        yield say("no_prompt")
    else:
        yield say("prompt", id=prompt.id, version=prompt.version, sha=prompt.sha256, today=say(prompt.today.value))
    for name, value in sorted(made.parameters.items()):
        yield say("parameter", name=name, value=value)
    for note in made.notes:
        yield say("note", note=note)
    yield ""
    yield say("sources")
    for number, source in enumerate(replay.sources, start=1):
        today = say("erased_today" if source.today == "erased" else source.today.value)
        yield "  " + say("source", number=number, label=source.label, sha=source.written_hash[:16], today=today)
    yield ""
    yield say("findings" if replay.view.findings else "no_findings")
    for finding in replay.view.findings:
        yield f"  {finding.rule} ({finding.severity.value})"


def _history(replay: ItemReplay, say: _Say) -> Iterator[str]:
    yield ""
    yield say("versions")
    for version in replay.versions:
        whole = say("whole" if version.whole else "not_whole")
        if version.erased_at is not None:
            whole = say("erased", when=_when(version.erased_at))
        when = _when(version.created_at)
        digest = version.digest[:16]
        yield "  " + say(
            "version", version=version.version, name=version.author_name, when=when, digest=digest, whole=whole
        )
        for line in (*version.changes.details, *version.changes.lines) if version.changes else ():
            yield f"    {line.place}: {_words(line.parts)}"
    yield ""
    yield say("votes")
    for cast in replay.view.votes:
        yield "  " + say(
            "vote",
            name=cast.voter_name,
            lent=say("lent", name=cast.delegator_name) if cast.delegator_name else "",
            role=cast.vote.role.value,
            step=cast.vote.step + 1,
            when=_when(cast.vote.cast_at),
            terms=cast.vote.terms[:16],
            void=say("void", reason=cast.void_reason or "") if cast.voided_at else "",
        )
    release = replay.view.release
    if release is None:
        yield say("no_release")
    else:
        receipt = ", ".join(f"{name} {value}" for name, value in sorted(release.receipt.items()))
        yield say("release", sink=release.sink, state=release.state.value, receipt=receipt)


def _words(parts: tuple[Part, ...]) -> str:
    """A word diff: [-taken out-] {+put in+}."""
    return "".join(_MARKS[part.change].format(part.text) for part in parts)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
