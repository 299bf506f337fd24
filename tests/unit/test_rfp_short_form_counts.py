"""How the rule for yes and no is counted: a value that the label does not allow is wrong, wherever it comes from."""

from copilot.domain.rfp_answers import ShortForm
from evals.rfp.labels import Label
from evals.rfp.short_forms import Said, counted


def _said(short: ShortForm | None, *allowed: ShortForm, chance: float = 0.9, is_source: bool = True) -> Said:
    label = Label(file="a/b.csv", id="1", verdict="answered", short=frozenset(allowed))
    return Said(label, "Is it so?", "It is so.", short, chance, is_source)


def test_each_sentence_has_one_outcome_among_those_of_its_kind() -> None:
    said = [
        _said(ShortForm.YES, ShortForm.YES),
        _said(ShortForm.YES, ShortForm.NO, ShortForm.PARTIAL),
        _said(None, ShortForm.YES),
        _said(None),
        _said(ShortForm.YES, chance=0.2, is_source=False),
    ]
    assert counted(said) == [
        "other, doubted: 0 right, 1 wrong, 0 none, 0 rightly none",
        "source, trusted: 1 right, 1 wrong, 1 none, 1 rightly none",
    ]
