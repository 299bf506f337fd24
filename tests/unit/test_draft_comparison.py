"""What changed between two drafts: sentences, sources, and everything else that would be released."""

from copilot.approvals.comparison import Change, ChangedLine, compare
from copilot.domain.destinations import Attachment, Destination, Email, Mailbox
from copilot.domain.drafts import Audience, Section, Segment
from tests.unit.draft_samples import sample_draft


def segment(number: int, text: str, *cites: str) -> Segment:
    return Segment(id=f"s.{number}", text=text, evidence_ids=cites or ("record:acc_1:arr",))


def said(line: ChangedLine, change: Change) -> str:
    return "".join(part.text for part in line.parts if part.change is change)


def test_the_same_draft_has_no_changes() -> None:
    draft = sample_draft(segment(1, "Pagan 84.000 €."), segment(2, "Renuevan."))
    found = compare(draft, draft)
    assert found.same
    assert found.unchanged == 2


def test_an_edited_sentence_is_shown_word_by_word() -> None:
    found = compare(
        sample_draft(segment(1, "Pagan 84.000 € al año."), segment(2, "Renuevan.")),
        sample_draft(segment(1, "Pagan 48.000 € al año."), segment(2, "Renuevan.")),
    )
    [line] = found.lines
    assert (said(line, Change.REMOVED), said(line, Change.ADDED)) == ("84.000", "48.000")
    assert (line.segment_id, found.unchanged) == ("s.1", 1)


def test_a_sentence_put_in_before_others_does_not_make_them_look_new() -> None:
    found = compare(
        sample_draft(segment(1, "Pagan 84.000 € al año."), segment(2, "Renuevan en enero.")),
        sample_draft(
            segment(1, "Hay un riesgo nuevo."), segment(2, "Pagan 84.000 € al año."), segment(3, "Renuevan en enero.")
        ),
    )
    [line] = found.lines
    assert said(line, Change.ADDED) == "Hay un riesgo nuevo."
    assert found.unchanged == 2


def test_a_sentence_taken_out_is_shown() -> None:
    found = compare(sample_draft(segment(1, "Uno."), segment(2, "Dos.")), sample_draft(segment(1, "Uno.")))
    [line] = found.lines
    assert (said(line, Change.REMOVED), line.segment_id) == ("Dos.", None)


def test_the_same_words_on_other_sources_are_a_change() -> None:
    before, after = segment(1, "Pagan.", "record:acc_1:arr"), segment(1, "Pagan.", "record:acc_1:name")
    [line] = compare(sample_draft(before), sample_draft(after)).lines
    assert line.other_sources


def test_a_section_that_is_gone_is_shown() -> None:
    sections = (
        Section(key="s", title="Resumen", segments=(segment(1, "Uno."),)),
        Section(key="t", title="Riesgos", segments=(Segment(id="t.1", text="Dos."),)),
    )
    [line] = compare(sample_draft(sections=sections), sample_draft(segment(1, "Uno."))).lines
    assert (line.place, said(line, Change.REMOVED)) == ("Riesgos", "Dos.")


def test_another_recipient_subject_attachment_or_audience_is_a_change() -> None:
    def email(to: str, subject: str, digest: str) -> Email:
        return Email(
            sender=Mailbox(address="a@tramontia.example"),
            to=(Mailbox(address=to),),
            subject=subject,
            message_id="<1@x>",
            attachments=(Attachment(name="a.pdf", media_type="application/pdf", sha256=digest),),
        )

    one = sample_draft(segment(1, "Hola."), destination=Destination.EMAIL, email=email("r@x.example", "Uno", "a" * 64))
    two = sample_draft(
        segment(1, "Hola."),
        destination=Destination.EMAIL,
        email=email("s@x.example", "Dos", "b" * 64),
        audience=Audience.EXTERNAL,
    )
    assert [line.place for line in compare(one, two).details] == ["audience", "to", "subject", "attachments"]


def test_two_long_texts_are_compared_without_waiting() -> None:
    many = [segment(number, f"Frase {number} con palabras.") for number in range(1, 301)]
    other = [segment(number, f"Otra cosa {number} distinta del todo.") for number in range(1, 301)]
    found = compare(sample_draft(*many), sample_draft(*other))
    assert len(found.lines) == 300
