"""Importing over HTTP: send files, look at the rehearsal, confirm. For administrators.

Invariant: nothing is imported before somebody has had the rehearsal of the same files with the same options; a request
only asks, and the worker does it.
"""

from datetime import date
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Body, Depends, File, Form, Path, UploadFile
from pydantic import BaseModel

from api.admin_access import AdminAloneDep
from api.deps import ApplicationDep, LanguageDep
from api.import_uploads import ImportUploads
from api.localisation import translate
from api.schemas.common import CONFLICT, PROBLEMS
from api.upload_states import Phase, Upload, UploadOptions
from copilot.domain.access import Visibility
from copilot.domain.import_messages import localise
from copilot.domain.language import Language
from knowledge.report_texts import text

router = APIRouter(prefix="/api/v1/admin/uploads", tags=["administration"], responses=PROBLEMS)
UploadId = Annotated[str, Path(max_length=60)]
SentFiles = Annotated[
    list[UploadFile], File(description="Exports, documents, a mapping.toml; or a ZIP of their folder.", max_length=500)
]
_STAGES = {"looking": "looking", "writing": "writing", "documents": "reading_documents"}


def uploads_of(application: ApplicationDep) -> ImportUploads:
    """The uploads of this installation."""
    return ImportUploads(application)


UploadsDep = Annotated[ImportUploads, Depends(uploads_of)]


class UploadState(BaseModel):
    """Where an upload is, and what to show of it."""

    upload: Upload
    waiting: bool
    """No worker has taken it up yet."""
    before: int
    """How many uploads come first, while it waits: they are done one after the other."""
    has_worker: bool
    """Whether some process does what is asked for; if not, `sales-copilot worker` starts one."""
    stage_words: str
    trouble_words: list[str]
    """Message and hint in the reader's language."""


def named(files: list[UploadFile]) -> list[tuple[str, BinaryIO]]:
    """The files that were chosen; a form without a choice sends one without a name."""
    return [(file.filename, file.file) for file in files if file.filename]


def options_of(
    *,
    as_of: Annotated[date | None, Form()] = None,
    currency: Annotated[str, Form(pattern=r"^([A-Z]{3})?$")] = "",
    visibility: Annotated[Visibility | None, Form()] = None,
    skip_unreadable: Annotated[bool, Form()] = False,
    confirm_removals: Annotated[bool, Form()] = False,
) -> UploadOptions:
    """What a form says about the files."""
    return UploadOptions(
        as_of=as_of,
        currency=currency or None,
        visibility=visibility,
        skip_unreadable=skip_unreadable,
        confirm_removals=confirm_removals,
    )


OptionsDep = Annotated[UploadOptions, Depends(options_of)]


def state_of(upload: Upload, *, uploads: ImportUploads, language: Language) -> UploadState:
    """An upload in the words of a language."""
    trouble = upload.trouble
    said = [trouble.message, trouble.hint] if trouble else []
    queue = [one.id for one in uploads.staging.waiting()] if upload.is_waiting else []
    return UploadState(
        upload=upload,
        waiting=upload.is_waiting,
        before=queue.index(upload.id) if upload.id in queue else 0,
        has_worker=uploads.has_worker() if upload.is_waiting or upload.phase is Phase.IMPORTED else True,
        stage_words=text(_STAGES[upload.stage], language=language) if upload.stage in _STAGES else "",
        trouble_words=[_in_words(words, language=language) for words in said],
    )


def _in_words(text: str, *, language: Language) -> str:
    """Words of ours are in the catalogue, those of an import in its own."""
    found = translate(text, language=language)
    return found if found != text else localise(text, language=language)


@router.get("")
def list_uploads(_viewer: AdminAloneDep, uploads: UploadsDep) -> list[Upload]:
    """What waits, newest first; nothing waits longer than a day."""
    return [upload.model_copy(update={"report": None}) for upload in uploads.staging.all()]


@router.post("", status_code=202)
def send(
    files: SentFiles,
    source: Annotated[str, Form(min_length=1, max_length=200, description="Name that its data is remembered by.")],
    options: OptionsDep,
    viewer: AdminAloneDep,
    uploads: UploadsDep,
) -> Upload:
    """Hand files in and have the import rehearsed. What was sent under the same name before is replaced by them."""
    return uploads.receive(named(files), source=source, options=options, viewer=viewer)


@router.get("/{upload_id}")
def show(upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep, language: LanguageDep) -> UploadState:
    """How far it is, and the report of the rehearsal once it is made."""
    return state_of(uploads.staging.find(upload_id), uploads=uploads, language=language)


@router.post("/{upload_id}/check", status_code=202, responses=CONFLICT)
def check(
    upload_id: UploadId,
    options: Annotated[UploadOptions, Body()],
    viewer: AdminAloneDep,
    uploads: UploadsDep,
) -> Upload:
    """Rehearse it again with other options."""
    return uploads.rehearse_again(upload_id, options, viewer=viewer)


@router.post("/{upload_id}/import", status_code=202, responses=CONFLICT)
def confirm(upload_id: UploadId, viewer: AdminAloneDep, uploads: UploadsDep) -> Upload:
    """Import what was rehearsed; refused if the same source was imported since."""
    return uploads.confirm(upload_id, viewer=viewer).model_copy(update={"report": None})


@router.post("/{upload_id}/stop", status_code=202, responses=CONFLICT)
def stop(upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep) -> Upload:
    """Stop the check or the import. Nothing of it is kept; what was done before the worker saw it stays done."""
    return uploads.stop(upload_id).model_copy(update={"report": None})


@router.delete("/{upload_id}", status_code=204, responses=CONFLICT)
def discard(upload_id: UploadId, _viewer: AdminAloneDep, uploads: UploadsDep) -> None:
    """Delete the files; nothing is imported."""
    uploads.discard(upload_id)
