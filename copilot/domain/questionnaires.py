"""Questionnaires: what was found in a file that somebody wants answered, and where each answer belongs.

Invariant: a question has a place in the file it came from; what stands in the file and was not taken for a question,
a heading or an instruction is in `skipped`, with the reason. Nothing in here is an answer.
"""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.language import Language

MOST_QUESTIONS = 5_000
"""Of one questionnaire: what is read, listed, corrected and filed has this limit; policy may set a lower one."""


class QuestionnaireFormat(StrEnum):
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"
    CSV = "csv"
    MARKDOWN = "markdown"
    VSAQ = "vsaq"
    """JSON questionnaires with conditional questions, as Google's VSAQ writes them."""
    TEXT = "text"
    """Pasted."""


class AnswerForm(StrEnum):
    """What an answer has to look like."""

    TEXT = "text"
    YES_NO = "yes_no"
    """Yes, no, partly or not applicable, with or without a comment."""
    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of the allowed values."""
    NUMBER = "number"
    DATE = "date"
    FILE = "file"
    """Asks for a document; it is never made up."""


class Place(BaseModel):
    """Where something stands in the file.

    `part` is the sheet of a workbook, else empty. `address` by format: a cell (`C12`) of a workbook or CSV file,
    `t<table>r<row>c<cell>` or `p<paragraph>` of a Word document (counted from 0 in document order, tables at the top
    level only; cells on the table's grid, so that a cell merged over two columns counts for both), `<page>:<line>` of
    a PDF or the name of a field of its form, `<line>` of a text (pages and lines from 1), the item's id in JSON.
    """

    model_config = ConfigDict(frozen=True)

    address: str
    part: str = ""

    @property
    def id(self) -> str:
        """The place in one word: `Sheet!C12`, or the address alone."""
        return f"{self.part}!{self.address}" if self.part else self.address


class Choice(BaseModel):
    """One allowed value: `key` as conditions and the file name it, `text` as people read it."""

    model_config = ConfigDict(frozen=True)

    key: str
    text: str
    place: Place | None = None
    """Where it is ticked, if every value has a place of its own: a column for yes, a column for no, a box in a text."""


class Limit(BaseModel):
    """How long an answer may be."""

    model_config = ConfigDict(frozen=True)

    words: int | None = Field(default=None, gt=0)
    characters: int | None = Field(default=None, gt=0)


class Question(BaseModel):
    """One question or requirement to be answered."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Unique in the questionnaire and stable for the same file."""
    text: str
    place: Place
    number: str = ""
    """As the file writes it: `4.2.1`."""
    section: tuple[str, ...] = ()
    """Headings above it, outermost first."""
    guidance: str = ""
    """What the file says beside the question on how to answer."""
    form: AnswerForm = AnswerForm.TEXT
    choices: tuple[Choice, ...] = ()
    answer_place: Place | None = None
    """Where the answer belongs; None: the format has no place for it."""
    comment_place: Place | None = None
    """Where an explanation belongs, if that is another place than the answer's."""
    mandatory: bool | None = None
    """None: the file does not say."""
    limit: Limit = Limit()
    condition: str = ""
    """When it is to be answered: see `copilot.domain.question_conditions`. Empty: always."""
    language: Language
    given: str = ""
    """What stands in the answer's place already."""
    hidden: bool = False
    """In a hidden row, column or sheet: shown in the preview, answered only if a person wants it."""
    reworded: bool = False
    """One of us changed its words, so that they are no longer the asker's."""
    doubt: str = ""
    """Why a person should look whether this is a question at all: a code of `Doubt`. Empty: none."""


class Doubt(StrEnum):
    """Why the detection is unsure about a question."""

    STATEMENT = "statement"
    """Neither a question nor a requirement by its words, but it stands where questions stand."""
    NO_ANSWER_PLACE = "no_answer_place"
    FILLED = "filled"
    """Something stands in the answer's place already."""


class SkipReason(StrEnum):
    """Why a stretch of the file is no question."""

    INSTRUCTION = "instruction"
    HEADING = "heading"
    EXAMPLE = "example"
    OWN_DETAILS = "own_details"
    """Asks for the asker's own details or is filled in by the asker."""
    NOT_READ = "not_read"
    """An image, a chart, an object."""
    OTHER = "other"


class Skipped(BaseModel):
    """What was left out, so that a person can say that it is a question after all."""

    model_config = ConfigDict(frozen=True)

    place: Place
    text: str
    reason: SkipReason


class Questionnaire(BaseModel):
    """All that was found in one file."""

    model_config = ConfigDict(frozen=True)

    title: str
    format: QuestionnaireFormat
    language: Language
    """Of most questions; each question has its own."""
    questions: tuple[Question, ...]
    instructions: tuple[str, ...] = ()
    deadline: date | None = None
    deadline_text: str = ""
    """The words that the deadline was read from."""
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
    """What could not be read, in plain words of the questionnaire's language."""


class Correction(BaseModel):
    """What a person changes about the detection of one question; what is None stays as it was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question_id: str
    included: bool | None = None
    """False: no question, or not to be answered."""
    text: str | None = Field(default=None, min_length=1, max_length=10_000)
    section: tuple[str, ...] | None = None
    form: AnswerForm | None = None
    choices: tuple[Choice, ...] | None = None
    answer_place: Place | None = None
    mandatory: bool | None = None
    limit: Limit | None = None
