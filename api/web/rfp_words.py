"""What the codes of questionnaires are called on pages. English here is the key; Spanish is in the catalogue.

Invariant: every member of the enumerations shown has a word (a test walks them).
"""

from api.localisation import mark as _

TABLES: dict[str, dict[str, str]] = {
    "rfp_state": {
        "preview": _("To be confirmed"),
        "answering": _("Being answered"),
        "stopped": _("Stopped"),
        "review": _("To be reviewed"),
        "packaged": _("Packaged"),
        "declined": _("Declined"),
    },
    "question_state": {
        "waiting": _("Not answered yet"),
        "excluded": _("Left out"),
        "not_asked": _("Not asked: its condition does not hold"),
        "answered": _("Answered"),
        "no_source": _("No source found"),
        "failed": _("Failed"),
        "in_queue": _("In the queue"),
        "approved": _("Approved"),
        "sent_back": _("Sent back"),
    },
    "answer_form": {
        "text": _("Text"),
        "yes_no": _("Yes or no"),
        "choice": _("One of several"),
        "choices": _("Several of several"),
        "number": _("Number"),
        "date": _("Date"),
        "file": _("A document"),
    },
    "doubt": {
        "statement": _("Is it a question? By its words it is a statement."),
        "no_answer_place": _("No place for an answer was found; the answer goes into the appendix."),
        "filled": _("Something stands in the answer's place already; it would be replaced."),
    },
    "skip_reason": {
        "instruction": _("Instruction"),
        "heading": _("Heading"),
        "example": _("Example"),
        "own_details": _("Their own details"),
        "not_read": _("Image, chart or object: not read"),
        "other": _("Other text"),
    },
    "short_answer": {
        "yes": _("Yes"),
        "no": _("No"),
        "partial": _("Partly"),
        "not_applicable": _("Not applicable"),
    },
    "dimension": {
        "relevance": _("whether the source speaks of what is asked"),
        "support": _("whether every sentence follows from its source"),
        "freshness": _("how recent the source is"),
        "completeness": _("whether all that is asked is answered"),
        "consistency": _("whether other answers and documents agree"),
    },
    "route": {
        "approved": _("Approved answer, word for word"),
        "high": _("High confidence"),
        "expert": _("Needs an expert"),
        "no_source": _("No source"),
    },
    "notice": {
        "stale": _("The source is past its review date."),
        "source_changed": _("The library answer was written from an older version of its source."),
        "newer_source_differs": _("A newer document says something else."),
        "contradicts_answer": _("It contradicts another answer of this questionnaire."),
        "contradicts_earlier": _("It contradicts what this customer was told before."),
        "intention": _("The source says what shall be done, not that it is done."),
        "blank": _("The source is a template with blanks."),
        "other_language": _("The source is quoted in its own language."),
        "partly": _("Only a part of what is asked has a source."),
        "too_long": _("It is longer than the questionnaire allows, or was cut."),
        "asks_for_file": _("It asks for a document; attach it yourself."),
        "withheld": _("A text that tries to give instructions was left out."),
        "doubted": _("A second model doubts that the source answers the question."),
        "words_only": _("Not everything was indexed by meaning when it was answered: more may be found now."),
    },
    "entry_state": {"proposed": _("Proposed"), "approved": _("Approved"), "retired": _("Retired")},
    "library_finding": {
        "duplicate": _("Same question, same answer"),
        "conflict": _("Same question, answers that do not agree"),
    },
    "checklist": {
        "deadline": _("Can the deadline be met?"),
        "must_haves": _("Do we meet what they call a must?"),
        "references": _("Do we have the references that they ask for?"),
        "budget": _("Does their budget fit?"),
        "legal": _("Are their legal terms acceptable?"),
    },
}
