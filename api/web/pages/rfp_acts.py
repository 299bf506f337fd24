"""What people do on the page of a questionnaire.

Invariant: each of these is one call of the projects' service under the viewer's own name; the page that follows shows
what came of it, where the person was.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.routes.rfps import ProjectId
from api.schemas.rfps import LONGEST_ANSWER
from api.web import flash
from api.web.links import safe_next
from api.web.rfp_view import Filters, safe_to_file, shown
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.questionnaires import MOST_QUESTIONS, AnswerForm, Correction, Place
from copilot.domain.rfp_answers import ShortForm
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.workflows.rfp.projects import RfpProjects
from copilot.workflows.rfp.taking import Taking

router = APIRouter(prefix="/rfps/{project_id}", include_in_schema=False)
_ID = Form(max_length=300)
_IDS = Annotated[list[str] | None, Form(max_length=MOST_QUESTIONS)]
_OPEN, _YES = "open", "yes"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and where they go on."""

    project_id: str
    viewer: Viewer
    uow: UnitOfWork
    application: Application
    back: str

    @property
    def projects(self) -> RfpProjects:
        """The service."""
        return self.application.rfps.projects

    def onward(self, at: int) -> str:
        """The question that they were at; where only those that wait are shown, the next one."""
        path = f"/rfps/{self.project_id}"
        filters = Filters.in_address(self.back)
        if not filters.closest:
            return f"{path if self.back == '/' else self.back}#q-{at}"
        left = shown(self.projects.get(self.project_id, viewer=self.viewer, uow=self.uow), filters, viewer=self.viewer)
        following = left.after(at)
        if following is None:
            return filters.address(path, page=1)
        return f"{filters.address(path, page=following.page)}#q-{following.number}"

    def told(self, code: str, *, anchor: str = "", address: str = "", **values: str) -> Response:
        """Back to where the person was, with a message."""
        target = address or (self.back if self.back != "/" else f"/rfps/{self.project_id}")
        response = RedirectResponse(f"{target}{anchor}", status_code=303)
        flash.leave(response, code, secure=self.application.settings.secure_cookies, **values)
        return response


def _asked(
    project_id: ProjectId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    back: Annotated[str, Form(max_length=2_000)] = "",
) -> Asked:
    return Asked(project_id, viewer, uow, application, safe_next(back))


AskedDep = Annotated[Asked, Depends(_asked)]


@router.post("/selection")
def select(
    asked: AskedDep,
    shown: _IDS = None,
    include: _IDS = None,
    take: _IDS = None,
    then: Literal["", "start"] = Form(default=""),
) -> Response:
    """Which of the questions shown are answered, and which lines that were left out are questions after all."""
    kept = set(include or ())
    changes = [Correction(question_id=item, included=item in kept) for item in shown or ()]
    changes += [Correction(question_id=item, included=True) for item in take or ()]
    if changes:
        asked.projects.correct(asked.project_id, changes, viewer=asked.viewer, uow=asked.uow)
    if then == "start":
        return start(asked)
    return asked.told("rfp_corrected")


@router.post("/corrections")
def correct(
    asked: AskedDep,
    question_id: Annotated[str, _ID],
    text: Annotated[str, Form(max_length=10_000)],
    form: Annotated[AnswerForm, Form()],
    at: Annotated[int, Form(ge=0)] = 0,
    part: Annotated[str, _ID] = "",
    address: Annotated[str, _ID] = "",
) -> Response:
    """Change what was found about one question."""
    if not text.strip():
        raise InputError("A question needs words.", hint="Write the question, or take it out of the selection.")
    place = Place(part=part, address=address.strip()) if address.strip() else None
    change = Correction(question_id=question_id, text=text.strip(), form=form, answer_place=place)
    asked.projects.correct(asked.project_id, [change], viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_corrected", anchor=f"#q-{at}")


@router.post("/filled")
def filled(asked: AskedDep, what: Annotated[Literal["include", "undo"], Form()]) -> Response:
    """Include all questions whose place holds somebody's words, or take that back."""
    if what == "undo":
        left_out = asked.projects.leave_out_again(asked.project_id, viewer=asked.viewer, uow=asked.uow)
        return asked.told("rfp_left_out", number=str(left_out))
    included = asked.projects.include_filled(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_included", number=str(included))


@router.post("/start")
def start(asked: AskedDep) -> Response:
    """Have what waits answered."""
    asked.projects.start(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_started", address=f"/rfps/{asked.project_id}")


@router.post("/stop")
def stop(asked: AskedDep) -> Response:
    """End the run after the question that is worked on."""
    asked.projects.stop(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_stopped")


@router.post("/decline")
def decline(asked: AskedDep) -> Response:
    """No-go."""
    asked.projects.decline(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_declined")


@router.post("/reopen")
def reopen(asked: AskedDep) -> Response:
    """Go on after all."""
    asked.projects.reopen(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_reopened")


@router.post("/delete")
def delete(asked: AskedDep) -> Response:
    """Remove it with its file."""
    asked.projects.delete(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_deleted", address="/rfps")


@router.post("/checklist")
def checklist(
    asked: AskedDep,
    key: Annotated[str, _ID],
    answer: Annotated[Literal["open", "yes", "no"], Form()],
    note: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Answer one question of go or no-go."""
    given = None if answer == _OPEN else answer == _YES
    asked.projects.checklist(asked.project_id, key, answer=given, note=note, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_checked", anchor="#checklist")


@router.post("/answers")
def edit(
    asked: AskedDep,
    question_id: Annotated[str, _ID],
    version: Annotated[int, Form(ge=0)],
    text: Annotated[str, Form(max_length=LONGEST_ANSWER)] = "",
    before: Annotated[str, Form(max_length=LONGEST_ANSWER)] = "",
    short: Annotated[str, _ID] = "",
    chosen: _IDS = None,
    at: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """One's own words in the place of an answer; prose that nobody touched stays with its sources."""
    plain = text.replace("\r\n", "\n").strip()
    untouched = plain == before.replace("\r\n", "\n").strip()
    asked.projects.edit(
        asked.project_id,
        question_id,
        text=None if untouched else plain,
        short=ShortForm(short) if short in set(ShortForm) else None,
        chosen=tuple(key for key in chosen or () if key),
        version=version,
        viewer=asked.viewer,
        uow=asked.uow,
    )
    return asked.told("rfp_edited", anchor=f"#q-{at}")


@router.post("/passages")
def take(
    asked: AskedDep,
    question_id: Annotated[str, _ID],
    version: Annotated[int, Form(ge=0)],
    passage: Annotated[str, _ID],
    short: Annotated[str, _ID] = "",
    chosen: _IDS = None,
    at: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """One of the closest passages as the answer; whoever walks through what waits goes on to the next."""
    wanted = Taking(
        passage,
        short=ShortForm(short) if short in set(ShortForm) else None,
        chosen=tuple(key for key in chosen or () if key),
    )
    taken = asked.projects.take(
        asked.project_id, question_id, wanted, version=version, viewer=asked.viewer, uow=asked.uow
    )
    undo = {"id": asked.project_id, "question_id": question_id, "version": str(taken.version), "at": str(at)}
    response = RedirectResponse(asked.onward(at), status_code=303)
    secure = asked.application.settings.secure_cookies
    flash.leave_with_undo(response, "rfp_passage", undo | {"back": asked.back}, secure=secure)
    return response


@router.post("/passages/undo")
def take_back(
    asked: AskedDep,
    question_id: Annotated[str, _ID],
    version: Annotated[int, Form(ge=0)],
    at: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Nothing answers the question again."""
    asked.projects.take(asked.project_id, question_id, None, version=version, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_passage_back", anchor=f"#q-{at}")


@router.post("/answer-again")
def answer_again(
    asked: AskedDep,
    question_id: Annotated[str, _ID],
    version: Annotated[int, Form(ge=0)],
    at: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Have it written anew."""
    asked.projects.answer_again(asked.project_id, question_id, version=version, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_again", anchor=f"#q-{at}")


@router.post("/assignments")
def assign(asked: AskedDep, question: _IDS = None, to: Annotated[str, _ID] = "") -> Response:
    """Ask somebody to see to the questions chosen; empty: nobody in particular."""
    if not question:
        return asked.told("rfp_none_chosen")
    asked.projects.assign(asked.project_id, question, to_user_id=to or None, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_assigned" if to else "rfp_unassigned")


@router.post("/items")
def file(
    asked: AskedDep,
    what: Annotated[Literal["chosen", "chosen_by_section", "safe"], Form()],
    question: _IDS = None,
) -> Response:
    """Put answers into the queue: those chosen, or those that are safe to approve together."""
    project = asked.projects.get(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    chosen = list(safe_to_file(project)) if what == "safe" else question or []
    if not chosen:
        return asked.told("rfp_none_safe" if what == "safe" else "rfp_none_chosen")
    done = asked.projects.file(
        asked.project_id,
        per="question" if what == "chosen" else "section",
        question_ids=chosen,
        viewer=asked.viewer,
        uow=asked.uow,
    )
    if done.waiting:
        return asked.told("rfp_filing")
    return asked.told("rfp_filed", number=str(len(done.drafts)))


@router.post("/package")
def package(asked: AskedDep) -> Response:
    """The filled file into the queue."""
    filed = asked.projects.package(asked.project_id, viewer=asked.viewer, uow=asked.uow)
    return asked.told("rfp_packaged", address=f"/queue/{filed.item.id}")
