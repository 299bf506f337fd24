"""Every code that the administration shows has a word, and an upload keeps to its place and its time."""

import errno
import io
import itertools
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from api.staging import KEPT, Staging
from api.upload_states import Phase, UploadOptions
from api.web import admin_words
from copilot.clock import FixedClock
from copilot.domain.data_issues import TEXTS
from copilot.domain.erasure import Reason
from copilot.domain.findings import Stage
from copilot.domain.model_calls import BudgetScope, Fitness
from copilot.domain.personal_data import DataClass
from copilot.errors import InputError, NotFound, UnreadableFile
from copilot.guardrails.commitments.kinds import CommitmentKind
from copilot.guardrails.contact_rules_policy import Weekday
from copilot.guardrails.policy import Handling
from copilot.guardrails.registry import DETECTORS
from copilot.guardrails.retention_policy import RetentionRules
from copilot.llm.roles import ModelRole
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


def zipped(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


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

    @pytest.mark.parametrize(
        "names", [(), ("..",), ("a.csv", "./a.csv"), ("a", "a/b.csv"), ("a/b.csv", "a"), ("a/" * 30,)]
    )
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

    def test_what_a_worker_is_at_does_not_wait_and_what_it_leaves_does(self, staging: Staging) -> None:
        first, second = self._receive(staging, "a.csv"), self._receive(staging, "b.csv")
        with staging.at_work(first) as upload:
            assert not upload.is_waiting
            assert [one.id for one in staging.waiting()] == [second]
            with staging.left_alone(upload) as free:
                assert not free
        assert {one.id for one in staging.waiting()} == {first, second}

    def test_one_worker_has_the_turn(self, staging: Staging) -> None:
        with staging.turn() as without_uploads:
            assert not without_uploads
        self._receive(staging, "a.csv")
        with staging.turn() as mine, staging.turn() as also_mine:
            assert (mine, also_mine) == (True, False)

    def test_all_archives_of_an_upload_together_have_one_limit(
        self, staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.staging.MAX_EXPANDED", 1_500)
        packed = [zipped({f"{name}.csv": b"x" * 1_000}) for name in ("a", "b")]
        with pytest.raises(UnreadableFile, match="holds too much"):
            staging.receive(
                [(f"{place}.zip", io.BytesIO(each)) for place, each in enumerate(packed)],
                source="crm", options=UploadOptions(), sent_by="user-1",
            )  # fmt: skip
        assert list((tmp_path / "uploads").iterdir()) == []

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
    def test_a_damaged_archive_is_told_and_leaves_nothing(self, staging: Staging, tmp_path: Path, method: int) -> None:
        broken = bytearray(zipped({"a.csv": bytes(range(256)) * 40}, method=method))
        broken[60:90] = b"\xff" * 30
        with pytest.raises(UnreadableFile, match="damaged"):
            staging.receive([("a.zip", io.BytesIO(broken))], source="crm", options=UploadOptions(), sent_by="user-1")
        assert list((tmp_path / "uploads").iterdir()) == []

    def test_long_names_are_cut_as_the_disk_counts_them(self, staging: Staging) -> None:
        [file] = staging.find(self._receive(staging, f"{'ñ' * 400}.csv")).files
        assert file.name.endswith("ññ.csv")

    def test_what_breaks_off_while_it_comes_in_does_not_stay(
        self, staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr("api.staging.shutil.copyfileobj", full)
        with pytest.raises(OSError, match="full"):
            self._receive(staging, "a.csv")
        assert list((tmp_path / "uploads").iterdir()) == []

    def test_what_was_cut_off_with_its_process_is_forgotten_too(
        self, staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cut(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("api.staging.shutil.copyfileobj", cut)
        monkeypatch.setattr("api.staging.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            self._receive(staging, "a.csv")
        monkeypatch.undo()
        [left] = staging.all()
        assert not left.files
        staging.clock = FixedClock(TODAY + KEPT + timedelta(seconds=1))
        assert staging.all() == ()
        assert list((tmp_path / "uploads").iterdir()) == []

    @pytest.mark.parametrize("name", ["../x", "upload_1", "upload_" + "g" * 32])
    def test_an_id_is_never_a_path(self, staging: Staging, name: str) -> None:
        with pytest.raises(NotFound):
            staging.find(name)
