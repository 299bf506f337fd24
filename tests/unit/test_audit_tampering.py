"""A small twin of the tampering suite: every manipulation is found and named, at any place of any log."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.audit import Fault, verify
from copilot.domain.checkpoints import PublicKey, SigningKey, check_checkpoints
from evals.approvals.tampering import KINDS, Tampered, made_anew, run, sign, write_log

KEY = SigningKey.generate()
EVENTS = write_log(60)
SIGNED = check_checkpoints(sign(EVENTS, key=KEY, every=7), trusted=[KEY.public]).signed_hashes


@settings(derandomize=True, max_examples=200)
@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 2**32), rehashed=st.booleans())
def test_any_manipulation_is_found_at_its_place(kind: str, seed: int, *, rehashed: bool) -> None:
    tampered: Tampered = KINDS[kind](EVENTS, random.Random(seed), 0)  # noqa: S311 - a test that can be repeated
    events = made_anew(tampered.events) if rehashed else tampered.events
    found = verify(events, signed=SIGNED)
    assert found.bad_place == tampered.first
    if rehashed:
        assert found.fault in {Fault.NOT_AS_SIGNED, Fault.CUT_OFF}
        assert verify(events).intact, "by its own hashes the log is sound"


def test_the_suite_counts_what_it_finds() -> None:
    tallies, refused = run(each=5, count=40, window=10)
    assert refused == 0
    for label, tally in tallies.items():
        expected = 0 if label == "after_last_checkpoint" else 5
        assert (tally.tried, tally.found) == (5, expected), label


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:zz", "ed25519:" + "0" * 62, "0" * 64])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        PublicKey.from_text(text)


def test_a_key_survives_its_file(tmp_path: Path) -> None:
    again = SigningKey.from_pem(KEY.to_pem())
    assert again.public == KEY.public == PublicKey.from_text(KEY.public.text)
    assert "PRIVATE" not in repr(KEY)
