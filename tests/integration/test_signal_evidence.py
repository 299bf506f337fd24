"""A signal can be cited, opened and read again by whoever may see its account, and by nobody else."""

from datetime import timedelta

import pytest

from api.evidence_reading import read_evidence
from copilot.domain.access import Role
from copilot.domain.facts import metric_evidence_id
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.signal_formulas import FORMULAS
from copilot.domain.signal_words import signal_clause, signal_name
from copilot.domain.signals import Signal
from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.signal_evidence import read_signals
from copilot.store.signal_inputs import MOST_INPUTS
from copilot.store.signals import SignalsRepository
from copilot.store.tables.scores import TextSignalRow, TextsReadRow
from tests.conftest import MakeUser
from tests.signal_worlds import ACCOUNTS, KINDS, TODAY, Records, add_accounts, add_records

ACCOUNT = ACCOUNTS[0]


def _fill(database: Database, *, owner: str) -> None:
    make = Records(3, until=TODAY)
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:1], owner_email=owner)
        days = (TODAY - timedelta(days=5 + number) for number in range(320))
        add_records(uow.session, (make.of(KINDS[n % len(KINDS)], ACCOUNT, day) for n, day in enumerate(days)))
        uow.session.add(TextsReadRow(account_id=ACCOUNT, digest="x", first_day=TODAY - timedelta(days=90)))
        uow.session.add(
            TextSignalRow(
                account_id=ACCOUNT,
                kind="complaint",
                evidence_id=f"record:{ACCOUNT}:description",
                day=TODAY - timedelta(days=9),
            )
        )


def test_every_signal_is_evidence_with_what_it_rests_on(database: Database, make_user: MakeUser) -> None:
    owner = make_user(language="en")
    _fill(database, owner=owner.email)
    with database.unit_of_work() as uow:
        read = read_signals(uow, ACCOUNT, Signal, viewer=owner, day=TODAY)
        known = SignalsRepository(uow).of_day(TODAY).of(ACCOUNT)
        again = EvidenceRepository(uow).read_for(read.values(), viewer=owner, today=TODAY)
        tomorrow = EvidenceRepository(uow).read_for(read.values(), viewer=owner, today=TODAY + timedelta(days=1))
        inputs = EvidenceRepository(uow).read({name for item in read.values() for name in item.inputs}, viewer=owner)
    assert set(read) == set(Signal)
    assert again == {item.id: item for item in read.values()}
    assert tomorrow[read[Signal.TENURE_DAYS].id].text != read[Signal.TENURE_DAYS].text
    for signal, item in read.items():
        value = item.text.partition(": ")[2].split(" ")[0]
        assert (None if value == "unknown" else float(value)) == known.get(signal), signal
        assert len(item.inputs) <= MOST_INPUTS
        if signal in known and known[signal] and signal is not Signal.SEAT_UTILISATION:
            # Texts without a passage are no address; whatever is named can be opened.
            assert item.inputs, signal
            assert set(item.inputs) <= set(inputs), signal


def test_a_signal_opens_for_whoever_sees_the_account_only(database: Database, make_user: MakeUser) -> None:
    owner, stranger = make_user(), make_user(role=Role.AE, team="south")
    _fill(database, owner=owner.email)
    evidence_id = metric_evidence_id(Signal.COMPLAINTS.value, ACCOUNT)
    with database.unit_of_work() as uow:
        opened = read_evidence(evidence_id, viewer=owner, uow=uow, today=TODAY, language=Language.EN)
        with pytest.raises(NotFound):
            read_evidence(evidence_id, viewer=stranger, uow=uow, today=TODAY, language=Language.EN)
        assert not read_signals(uow, ACCOUNT, Signal, viewer=stranger, day=TODAY)
        assert not EvidenceRepository(uow).read_for([opened], viewer=stranger, today=TODAY)
    assert opened.text == "complaints_180d: 1"
    assert opened.inputs == (f"record:{ACCOUNT}:description",)
    assert opened.formula == FORMULAS[Signal.COMPLAINTS][1]


@pytest.mark.parametrize("language", Language)
def test_every_signal_has_its_words(language: Language) -> None:
    clauses = set()
    for signal in Signal:
        assert signal_name(signal, language)
        assert metric_formula(signal.value, language=language)
        for value in (None, 0.0, 1.0, 12.0):
            clause = signal_clause(signal, value, language)
            assert "{" not in clause
            clauses.add(clause)
    assert len(clauses) == 4 * len(Signal)


@pytest.mark.parametrize(
    ("signal", "value", "spanish", "english"),
    [
        (
            Signal.USAGE_CHANGE,
            -23.4,
            "el uso activo ha caído un 23,4\xa0%",
            "active use is down 23.4%",
        ),
        (Signal.TICKETS_OPEN, 1.0, "hay 1 ticket abierto", "1 ticket is open"),
        (Signal.DAYS_TO_RENEWAL, -1.0, "la fecha de renovación pasó hace 1 día", "the renewal date passed 1 day ago"),
        (Signal.NPS, float("nan"), "no se conoce: último NPS", "not known: latest NPS"),
    ],
    ids=["fall", "one", "past", "unknown"],
)
def test_a_clause_says_the_number_with_its_direction(signal: Signal, value: float, spanish: str, english: str) -> None:
    assert signal_clause(signal, value, Language.ES) == spanish
    assert signal_clause(signal, value, Language.EN) == english
