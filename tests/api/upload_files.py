"""What is sent for an import, and what ends one: a worker that is killed, a database that is lost, a stop."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from api.import_uploads import ImportUploads
from api.upload_states import Upload
from copilot.errors import DatabaseUnavailable


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


ACCOUNTS = """account id,name,country,owner email,ARR,currency
k1,Molinos del Alba,ES,lucia@tramontia.example,12000,EUR
k2,Velas Norte,ES,lucia@tramontia.example,8000,EUR
k2,Velas Norte,ES,lucia@tramontia.example,8000,EUR
k3,,ES,lucia@tramontia.example,100,EUR
"""


def killed() -> NoReturn:
    raise KeyboardInterrupt


def unreachable(*_: object) -> NoReturn:
    raise DatabaseUnavailable("The database cannot be reached.")


def stopping(files_of: Callable[[Upload], Path], uploads: ImportUploads, upload_id: str) -> Callable[[Upload], Path]:
    """The same, while somebody asks to stop."""

    def found(upload: Upload) -> Path:
        assert uploads.stop(upload_id).is_running
        return files_of(upload)

    return found
