"""The scorecard is a file that people change: what is wrong with one is said where it is."""

from pathlib import Path

import pytest

from copilot.domain.scores import Band, ScoreKind
from copilot.errors import ConfigurationError
from copilot.scoring.bands import DEFAULT_BANDS, load_bands
from copilot.scoring.health import DEFAULT_SCORECARD, load_scorecard

TEXT = DEFAULT_SCORECARD.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[-20, 20], [-5, 55]", "[-5, 55], [-20, 20]", "signal 1 (active_users_change_pct): Value error, the"),
        ("[15, 100]", "[15, 101]", "points are between 0 and 100"),
        ('signal = "nps_latest"', 'signal = "nps_lates"', "signal 8 (nps_lates).signal"),
        ('signal = "nps_latest"', 'signal = "csat_mean_180d"', "signal csat_mean_180d is there 2 times"),
        ("good = 65", "good = 45", "bands: Value error, `watch` has to be below `good`"),
        ("weight = 18", "weight = -1", "signal 1 (active_users_change_pct).weight"),
        ("weight = 18", "wieght = 18", "signal 1 (active_users_change_pct).wieght"),
        ("people_heard_90d = 1,", "nps_latests = 1,", "segment 1 ("),
        ("people_heard_90d = 1,", "ces_mean_180d = 1,", "weighs ces_mean_180d, which has no [[signal]] with points"),
        ('"Gran empresa"', '"smb"', "segment smb is there 2 times"),
        ("version = 1", "version = 2", "version"),
        ("version = 1", "version = ", "is not valid TOML"),
    ],
    ids=[
        "falling", "over-a-hundred", "unknown-signal", "twice", "bands", "negative", "misspelt", "segment-signal",
        "segment-without-points", "segment-twice", "newer", "no-toml",
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    file = tmp_path / "health.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_scorecard(file)
    assert said in caught.value.message
    assert "COPILOT_HEALTH" in caught.value.hint


def test_a_segment_is_found_under_each_of_its_names() -> None:
    scorecard = load_scorecard()
    assert scorecard.rule_of(" pequeña EMPRESA ") is scorecard.rule_of("SMB")
    assert scorecard.rule_of(None) is scorecard.rule_of("Mid-market") is None
    assert scorecard.weights(scorecard.rule_of("SMB")) != scorecard.weights(None)


def test_probabilities_read_against_what_is_usual(tmp_path: Path) -> None:
    bands = load_bands()
    read = [bands.band(ScoreKind.CHURN_90, value, usual=0.05) for value in (0.04, 0.08, 0.2)]
    assert read == [Band.GOOD, Band.WATCH, Band.BAD]
    assert bands.band(ScoreKind.CHURN_180, 0.55, usual=0.4) is Band.BAD
    assert bands.band(ScoreKind.EXPANSION, 0.2, usual=0.05) is Band.GOOD
    file = tmp_path / "bands.toml"
    file.write_text(DEFAULT_BANDS.read_text(encoding="utf-8").replace("watch = 1.5", "watch = 9"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="churn: Value error, `watch` has to be below `bad`"):
        load_bands(file)
