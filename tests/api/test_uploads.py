"""What is sent for an import: checked and imported by the worker, stopped, cut off, and nothing of it half done."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.import_uploads import ImportUploads
from api.upload_states import Phase, Upload
from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.errors import DatabaseUnavailable
from copilot.jobs import Task
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.sources import SourceRepository
from copilot.store.tables.people import UserRow
from knowledge.importing import import_folder
from tests.api.upload_files import ACCOUNTS, killed, stopping, unreachable, zipped
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD, Company
from tests.asynchronous import run
from tests.conftest import MakeUser


@pytest.fixture
def admin(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    viewer = make_user("Inés Admin", role=Role.ADMIN, language="en")
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    return viewer


class TestUploads:
    """Files are rehearsed first and imported by a second act; what was sent does not stay."""

    @pytest.fixture
    def uploads(self, application: bootstrap.Application) -> ImportUploads:
        return ImportUploads(application)

    def _send(self, browser: TestClient, content: bytes, *, name: str = "accounts.csv", source: str = "Weekly") -> str:
        token = form_token(browser.get("/admin/sources"))
        sent = browser.post(
            "/admin/sources/uploads",
            data={"source": source, "csrf_token": token},
            files={"files": (name, content, "application/octet-stream")},
        )
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    def _checked(self, browser: TestClient, uploads: ImportUploads, content: bytes = ACCOUNTS.encode()) -> str:
        address = self._send(browser, content)
        assert uploads.run_waiting() == 1
        return address

    def _names(self, database: Database) -> set[str]:
        with database.unit_of_work() as uow:
            rows = uow.session.connection().exec_driver_sql("select name from accounts").scalars()
            return set(rows)

    def test_an_option_is_called_as_the_form_below_calls_it(
        self, browser: TestClient, admin: Viewer, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, b"", name="broken.xlsx")
        assert uploads.run_waiting() == 1
        page = browser.get(address).text
        assert "“Import the rest when files cannot be read”" in page
        assert "--skip-unreadable" not in page
        again = {"skip_unreadable": "true", "csrf_token": form_token(browser.get(address))}
        assert browser.post(f"{address}/check", data=again).status_code == 303
        assert uploads.run_waiting() == 1
        assert "1 file cannot be read and is left out; what it brought before stays." in browser.get(address).text

    def test_from_the_rehearsal_to_the_rows_that_were_left_out(
        self,
        browser: TestClient,
        admin: Viewer,
        application: bootstrap.Application,
        settings: Settings,
        uploads: ImportUploads,
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, ACCOUNTS.encode())
        assert "The files wait to be checked" in browser.get(address).text
        application.jobs.take_on(Task.IMPORT, uploads.run_waiting)
        run(application.jobs.work(wait=False))
        page = browser.get(address)
        assert "Nothing is saved yet" in page.text
        assert "bring 2 new rows" in page.text
        assert "Molinos del Alba" not in self._names(application.database)
        token = form_token(page)
        assert browser.post(f"{address}/import", data={"csrf_token": token}).status_code == 303
        waiting = browser.get(address).text
        assert "The files wait to be imported" in waiting
        assert "No worker is running" in waiting
        assert "the work goes on" not in waiting
        listed = browser.get("/admin/sources").text
        assert "No worker is running" in listed
        assert f'data-upload="/api/v1{address.replace("sources/", "")}" data-phase="importing waiting"' in listed
        assert "Look again" in listed
        run(application.jobs.work(wait=False))
        assert {"Molinos del Alba", "Velas Norte"} <= self._names(application.database)
        assert "4 rows read: 2 new, 0 changed, 0 unchanged, 2 left out." in browser.get(address).text
        assert "data-upload" not in browser.get("/admin/sources").text
        again = browser.post(f"{address}/import", data={"csrf_token": token})
        assert again.status_code == 409
        done = re.search(r"/admin/sources/imports/run_\w+", browser.get(address).text)
        assert done
        shown = browser.get(done[0]).text
        assert "repeated, identical" in shown
        assert "the required field name is missing" in shown
        table = browser.get(f"{done[0]}/skipped.csv").text
        assert table.splitlines()[1:] == [
            'accounts.csv,3,"repeated, identical",duplicate.identical',
            "accounts.csv,5,the required field name is missing,required.name",
        ]
        only = browser.get(f"{done[0]}/skipped.csv?reason=required.name").text
        assert len(only.splitlines()) == 2
        assert not list((settings.data_dir / "uploads").glob("*/files"))
        assert "Weekly" in browser.get("/admin/sources").text
        runs = browser.get("/api/v1/admin/imports").json()
        assert runs[0]["sums"] | {"documents": 0} == runs[0]["sums"]
        assert (runs[0]["sums"]["rows"], runs[0]["sums"]["skipped"]) == (4, 2)

    def test_a_folder_in_an_archive_stays_below_its_place(
        self, browser: TestClient, admin: Viewer, settings: Settings, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        hostile = {"export/../../../../evil.csv": ACCOUNTS, "export/knowledge/guide.md": "# Guide\n\nRead me.\n"}
        address = self._send(browser, zipped(hostile), name="export.zip")
        uploads.run_waiting()
        assert "Nothing is saved yet" in browser.get(address).text
        outside = [path for path in settings.data_dir.parent.rglob("evil.csv") if "uploads" not in path.parts]
        assert outside == []
        token = form_token(browser.get(address))
        assert browser.post(f"{address}/discard", data={"csrf_token": token}).status_code == 303
        assert browser.get(address).status_code == 404
        assert list((settings.data_dir / "uploads").iterdir()) == []

    def test_what_cannot_be_read_is_told_and_changes_nothing(
        self, browser: TestClient, admin: Viewer, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._checked(browser, uploads, b"\x00\x01\x02" * 50)
        page = browser.get(address).text
        assert "Nothing was imported." in page
        token = form_token(browser.get("/admin/sources"))
        broken = browser.post(
            "/admin/sources/uploads",
            data={"source": "Weekly", "csrf_token": token},
            files={"files": ("a.zip", b"no archive", "application/zip")},
        )
        assert broken.status_code == 422
        assert "damaged" in broken.text

    def test_files_of_no_use_are_not_said_to_be_known_already(
        self, browser: TestClient, admin: Viewer, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, b"\x00\x01\x02" * 50, name="photo.bin")
        uploads.run_waiting()
        page = browser.get(address).text
        assert "No row and no document of these files can be used" in page
        assert "Everything is so already" not in page

    def test_a_crash_is_told_without_the_words_of_the_error(
        self,
        browser: TestClient,
        admin: Viewer,
        uploads: ImportUploads,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def crash(*_: object, **__: object) -> None:
            raise RuntimeError("cell of Rosa Almendro")

        sign_in(browser, admin)
        monkeypatch.setattr("api.import_uploads.import_folder", crash)
        page = browser.get(self._checked(browser, uploads)).text
        assert "Something went wrong on our side." in page
        assert "Check again with other options" in page
        assert "Almendro" not in page + capsys.readouterr().out

    def test_what_was_stopped_leaves_nothing_and_can_be_asked_for_again(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, ACCOUNTS.encode())
        token = {"csrf_token": form_token(browser.get(address))}
        assert browser.post(f"{address}/stop", data=token).status_code == 303
        assert "The check was stopped." in browser.get(address).text
        assert uploads.run_waiting() == 0
        assert browser.post(f"{address}/stop", data=token).status_code == 409
        browser.post(f"{address}/check", data=token)
        uploads.run_waiting()
        browser.post(f"{address}/import", data=token)
        upload = uploads.staging.find(address.rpartition("/")[2])
        with pytest.MonkeyPatch.context() as patch:
            # The worker has it: the stop is only asked for, and seen before anything is kept.
            patch.setattr(uploads.staging, "files_of", stopping(uploads.staging.files_of, uploads, upload.id))
            uploads.run_waiting()
        assert self._names(application.database) & {"Molinos del Alba", "Velas Norte"} == set()
        page = browser.get(address).text
        assert "The import was stopped." in page
        assert "Nothing is saved yet" in page
        browser.post(f"{address}/import", data=token)
        uploads.run_waiting()
        assert {"Molinos del Alba", "Velas Norte"} <= self._names(application.database)

    def test_a_worker_that_was_cut_off_is_followed_by_the_next(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._checked(browser, uploads)
        token = {"csrf_token": form_token(browser.get(address))}
        browser.post(f"{address}/import", data=token)
        upload_id = address.rpartition("/")[2]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(uploads.staging, "drop_files", lambda _upload: None)
            patch.setattr(Upload, "imported", lambda *_, **__: killed())
            with pytest.raises(KeyboardInterrupt):
                uploads.run_waiting()  # killed after the commit, before it could say so
        assert uploads.staging.find(upload_id).is_waiting
        assert "Molinos del Alba" in self._names(application.database)
        assert uploads.run_waiting() == 1
        assert uploads.staging.find(upload_id).phase is Phase.IMPORTED
        assert len([run for run in browser.get("/api/v1/admin/imports").json() if run["source"] == "Weekly"]) == 1

    @pytest.mark.parametrize("kept", [True, False])
    def test_an_error_at_the_very_end_is_judged_by_what_the_database_says(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads, kept: bool
    ) -> None:
        def lost(path: Path, **options: Any) -> NoReturn:
            if kept:
                import_folder(path, **options)
            raise DatabaseUnavailable("The connection was lost.")

        sign_in(browser, admin)
        address = self._checked(browser, uploads)
        upload_id = address.rpartition("/")[2]
        browser.post(f"{address}/import", data={"csrf_token": form_token(browser.get(address))})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("api.import_uploads.import_folder", lost)
            with pytest.MonkeyPatch.context() as also:
                # Nor can it be asked at once: nothing is said, and the next one looks first.
                also.setattr(uploads, "_failed", unreachable)
                with pytest.raises(DatabaseUnavailable):
                    uploads.run_waiting()
            assert uploads.staging.find(upload_id).is_waiting
            with application.database.unit_of_work() as uow:
                SourceRepository(uow).lock()
                assert uploads.stop(upload_id).is_running  # an import is being written: it may be this one
                uploads.staging.withdraw_stop(uploads.staging.find(upload_id))
            uploads.run_waiting()
        page = browser.get(address).text
        assert ("Nothing was imported." in page) is not kept
        assert ("4 rows read: 2 new" in page) is kept
        assert ("Molinos del Alba" in self._names(application.database)) is kept
        # What follows in the background does not where no worker runs.
        assert ("No worker is running" in page) is kept

    def test_a_stop_that_comes_when_it_is_over_leaves_what_was_done(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, ACCOUNTS.encode())
        upload_id = address.rpartition("/")[2]
        token = {"csrf_token": form_token(browser.get(address))}
        for ended in (Phase.CHECKED, Phase.IMPORTED):
            with pytest.MonkeyPatch.context() as patch:
                # Between the look at it and the asking, the worker ends.
                patch.setattr(uploads.staging, "ask_to_stop", lambda _upload: uploads.run_waiting())
                assert uploads.stop(upload_id).phase is ended
            assert uploads.staging.find(upload_id).phase is ended
            if ended is Phase.CHECKED:
                browser.post(f"{address}/import", data=token)
        assert "Molinos del Alba" in self._names(application.database)

    def test_a_stop_of_what_was_cut_off_once_it_was_done_says_that_it_is(
        self, browser: TestClient, admin: Viewer, settings: Settings, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._checked(browser, uploads)
        token = {"csrf_token": form_token(browser.get(address))}
        browser.post(f"{address}/import", data=token)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Upload, "imported", lambda *_, **__: killed())
            with pytest.raises(KeyboardInterrupt):
                uploads.run_waiting()
        assert browser.post(f"{address}/stop", data=token).status_code == 303
        assert "4 rows read: 2 new" in browser.get(address).text
        assert not list((settings.data_dir / "uploads").glob("*/files"))

    def test_what_cuts_workers_off_is_given_up(
        self, browser: TestClient, admin: Viewer, uploads: ImportUploads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in(browser, admin)
        address = self._send(browser, ACCOUNTS.encode())
        ended = uploads.run_waiting
        with monkeypatch.context() as patch:
            # A worker that is asked to end is not counted; one that is killed is.
            assert ended(iter([False, True, True]).__next__) == 1
            patch.setattr("api.import_uploads.import_folder", lambda *_, **__: killed())
            for _ in range(3):
                with pytest.raises(KeyboardInterrupt):
                    ended()
        assert uploads.staging.find(address.rpartition("/")[2]).is_waiting
        ended()
        assert "The worker ended before its work did, several times." in browser.get(address).text

    def test_an_import_of_the_same_source_in_between_asks_for_another_check(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        first, second = self._checked(browser, uploads), self._checked(browser, uploads)
        token = {"csrf_token": form_token(browser.get(first))}
        clock = FixedClock(application.database.clock.now() + timedelta(minutes=1))
        application.database.clock = clock
        browser.post(f"{first}/import", data=token)
        uploads.run_waiting()
        refused = browser.post(f"{second}/import", data=token)
        assert refused.status_code == 409
        assert "imported since these files were checked" in refused.text

    def test_two_that_are_confirmed_at_once_are_not_both_imported(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        first = self._checked(browser, uploads)
        second = self._checked(browser, uploads, ACCOUNTS.replace("Velas Norte", "Velas Sur").encode())
        token = {"csrf_token": form_token(browser.get(first))}
        application.database.clock = FixedClock(application.database.clock.now() + timedelta(minutes=1))
        for address in (first, second):
            assert browser.post(f"{address}/import", data=token).status_code == 303
        assert uploads.run_waiting() == 2
        page = browser.get(second).text
        assert "The same source was imported since these files were checked." in page
        assert "Check again with other options" in page
        assert "Velas Sur" not in self._names(application.database)

    def test_who_is_no_administrator_any_more_imports_nothing(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application, uploads: ImportUploads
    ) -> None:
        sign_in(browser, admin)
        address = self._checked(browser, uploads)
        browser.post(f"{address}/import", data={"csrf_token": form_token(browser.get(address))})
        with application.database.unit_of_work() as uow:
            uow.session.execute(update(UserRow).where(UserRow.id == admin.user_id).values(role=Role.AE))
        uploads.run_waiting()
        ended = uploads.staging.find(address.rpartition("/")[2])
        assert ended.trouble is not None
        assert (ended.phase, ended.trouble.code) == (Phase.REFUSED, "not_allowed")
        assert "Molinos del Alba" not in self._names(application.database)

    def test_programs_do_the_same(self, browser: TestClient, admin: Viewer, uploads: ImportUploads) -> None:
        sign_in(browser, admin)
        headers = {"x-csrf-token": form_token(browser.get("/admin"))}
        files = {"files": ("accounts.csv", ACCOUNTS.encode(), "text/csv")}
        sent = browser.post("/api/v1/admin/uploads", data={"source": "api"}, files=files, headers=headers)
        assert sent.status_code == 202, sent.text
        address = f"/api/v1/admin/uploads/{sent.json()['id']}"
        asked = browser.get(address).json()
        assert (asked["waiting"], asked["before"], asked["has_worker"]) == (True, 0, False)
        assert browser.delete(address, headers=headers).status_code == 409
        assert browser.post(f"{address}/stop", headers=headers).json()["trouble"]["code"] == "stopped"
        assert browser.post(f"{address}/check", json={}, headers=headers).status_code == 202
        uploads.run_waiting()
        rehearsed = browser.get(address).json()["upload"]
        assert (rehearsed["phase"], rehearsed["report"]["totals"]["imported"]) == ("checked", 2)
        again = browser.post(f"{address}/check", json={"currency": "nonsense"}, headers=headers)
        assert again.status_code == 422
        assert browser.post(f"{address}/check", json={"currency": "EUR"}, headers=headers).status_code == 202
        uploads.run_waiting()
        assert browser.post(f"{address}/import", headers=headers).status_code == 202
        uploads.run_waiting()
        done = browser.get(address).json()["upload"]
        assert done["phase"] == "imported"
        skipped = browser.get(f"/api/v1/admin/imports/{done['run_id']}/skipped?reason=required.name").json()
        assert skipped["rows"] == [{"table": "accounts.csv", "row_number": 5, "reason": "required.name"}]
        systems = {system["name"]: system for system in browser.get("/api/v1/admin/sources").json()}
        assert systems["api"]["records"] == {"account": 2}
        assert systems["api"]["last_import"] == done["run_id"]
        assert browser.get("/api/v1/admin/findings").json()["by_code"]["record.skipped"] == 1
        assert browser.delete(address, headers=headers).status_code == 204
        assert browser.get(address).status_code == 404

    def test_only_administrators_send_files(self, browser: TestClient, company: Company) -> None:
        sign_in(browser, company.manager)
        headers = {"x-csrf-token": form_token(browser.get("/admin/policies"))}
        files = {"files": ("accounts.csv", ACCOUNTS.encode(), "text/csv")}
        answer = browser.post("/api/v1/admin/uploads", data={"source": "x"}, files=files, headers=headers)
        assert answer.status_code == 403
        assert browser.get("/api/v1/admin/findings").status_code == 403
