"""Every code that the administration shows has a word, and an upload keeps to its place and its time."""

import io
import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from api.staging import KEPT, SILENT, Phase, Staging, UploadOptions
from api.web import admin_words
from copilot.clock import FixedClock
from copilot.domain.data_issues import TEXTS
from copilot.domain.findings import Stage
from copilot.domain.model_calls import BudgetScope, Fitness
from copilot.domain.personal_data import DataClass
from copilot.errors import InputError, NotFound
from copilot.guardrails.commitments.kinds import CommitmentKind
from copilot.guardrails.contact_rules_policy import Weekday
from copilot.guardrails.policy import Handling
from copilot.guardrails.registry import DETECTORS
from copilot.guardrails.retention_policy import RetentionRules
from copilot.llm.roles import ModelRole
from copilot.privacy.service import Reason
from copilot.store.recipient_domains import Whose
from tests.conftest import TODAY


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (TEXTS, admin_words.ISSUES),
        (DETECTORS, admin_words.DETECTORS),
        (Stage, admin_words.STAGES),
        (DataClass, admin_words.DATA_CLASSES),
        (Handling, admin_words.HANDLING),
        (Weekday, admin_words.WEEKDAYS),
        (CommitmentKind, admin_words.COMMITMENTS),
        (Reason, admin_words.ERASURE_REASONS),
        (Fitness, admin_words.FITNESS),
        (BudgetScope, admin_words.BUDGET_SCOPES),
        (ModelRole, admin_words.MODEL_ROLES),
        (ModelRole, admin_words.MODEL_ROLE_WORK),
        (Phase, admin_words.UPLOAD_PHASES),
        (Whose, admin_words.WHOSE),
        (RetentionRules.model_fields, admin_words.RETENTION),
    ],
    ids=itertools.count(),
)
def test_every_code_has_a_word(codes: object, words: dict[str, str]) -> None:
    assert [code for code in map(str, codes) if code not in words] == []  # type: ignore[call-overload]


class TestStaging:
    """Where uploads wait."""

    @pytest.fixture
    def staging(self, tmp_path: Path) -> Staging:
        return Staging(tmp_path / "uploads", clock=FixedClock(TODAY))

    def _receive(self, staging: Staging, *names: str, source: str = "crm") -> str:
        sent = [(name, io.BytesIO(b"id,name\n1,x\n")) for name in names]
        return staging.receive(sent, source=source, options=UploadOptions(), sent_by="user-1").id

    def test_names_stay_below_the_uploads_own_folder(self, staging: Staging) -> None:
        upload = staging.find(self._receive(staging, "../../up.csv", "C:\\Users\\x\\deals.csv", "/etc/passwd.csv"))
        folder = staging.files_of(upload)
        assert [file.name for file in upload.files] == ["C/Users/x/deals.csv", "etc/passwd.csv", "up.csv"]
        assert all((folder / file.name).is_file() for file in upload.files)

    def test_the_folder_is_called_like_the_source_which_names_its_system(self, staging: Staging) -> None:
        upload = staging.find(self._receive(staging, "a.csv", source="/exports/Sáles CRM"))
        assert staging.files_of(upload).name == "sales-crm"

    @pytest.mark.parametrize("names", [(), ("..",), ("a.csv", "./a.csv")])
    def test_what_cannot_be_kept_leaves_nothing(self, staging: Staging, tmp_path: Path, names: tuple[str, ...]) -> None:
        with pytest.raises(InputError):
            self._receive(staging, *names)
        assert list((tmp_path / "uploads").iterdir()) == []

    def test_nothing_waits_longer_than_a_day(self, staging: Staging, tmp_path: Path) -> None:
        upload_id = self._receive(staging, "a.csv")
        staging.clock = FixedClock(TODAY + KEPT + timedelta(seconds=1))
        with pytest.raises(NotFound):
            staging.find(upload_id)
        assert staging.all() == ()
        assert list((tmp_path / "uploads").iterdir()) == []

    def test_a_run_without_a_sign_of_life_has_stopped(self, staging: Staging) -> None:
        upload = staging.find(self._receive(staging, "a.csv"))
        assert upload.is_running(TODAY)
        assert upload.has_stopped(TODAY + SILENT)

    @pytest.mark.parametrize("name", ["../x", "upload_1", "upload_" + "g" * 32])
    def test_an_id_is_never_a_path(self, staging: Staging, name: str) -> None:
        with pytest.raises(NotFound):
            staging.find(name)
