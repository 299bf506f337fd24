"""Teaches which letter groups sound like a person's name, from the project's own lists, for words on no list.

A logistic regression over groups of two to four letters (with the edges of the word) tells given and family names from
everyday words, places and brands. Its quality is measured on a fifth of the words that it was not fitted on.

Run: python -m evals.guardrails.personal_data_name_sounds
"""

import hashlib
import sys

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, FAMILY, GIVEN, NOT_NAMES, SOUNDS_FILE, WORDS

_SHORTEST = 4
_LEAST_WORDS = 3
_SMALLEST_WEIGHT = 0.12
_STRENGTH = 0.5
_HEAD = "# What letter groups say for or against a name; made by evals.guardrails.personal_data_name_sounds."


def _examples() -> tuple[list[str], np.ndarray]:
    names = {word for word in GIVEN | FAMILY if len(word) >= _SHORTEST} - AMBIGUOUS - WORDS - NOT_NAMES
    others = {word for word in WORDS | NOT_NAMES if len(word) >= _SHORTEST and word.isalpha()} - GIVEN - FAMILY
    words = sorted(names | others)
    return words, np.array([word in names for word in words])


def _kept_apart(word: str) -> bool:
    return int(hashlib.sha256(word.encode()).hexdigest(), 16) % 5 == 0


def _fit(words: list[str], labels: np.ndarray) -> tuple[dict[str, float], float]:
    vectorizer = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=_LEAST_WORDS, binary=True)
    model = LogisticRegression(C=_STRENGTH, max_iter=2000, class_weight="balanced")
    model.fit(vectorizer.fit_transform(words), labels)
    names = vectorizer.get_feature_names_out()
    weights = {name: float(weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    kept = {name: weight for name, weight in weights.items() if abs(weight) >= _SMALLEST_WEIGHT}
    return kept, float(model.intercept_[0])


def _score(word: str, weights: dict[str, float], intercept: float) -> float:
    padded = f" {word} "
    groups = {padded[start : start + size] for size in (2, 3, 4) for start in range(len(padded) - size + 1)}
    return intercept + sum(weights.get(group, 0.0) for group in groups)


def main() -> int:
    """Measure on words kept apart, then fit on all and write the weights beside the lists."""
    words, labels = _examples()
    apart = np.array([_kept_apart(word) for word in words])
    weights, intercept = _fit([word for word, kept in zip(words, apart, strict=True) if not kept], labels[~apart])
    scores = [_score(word, weights, intercept) for word, kept in zip(words, apart, strict=True) if kept]
    sys.stdout.write(f"AUC on {int(apart.sum())} words kept apart: {roc_auc_score(labels[apart], scores):.3f}\n")
    weights, intercept = _fit(words, labels)
    lines = [f"{name.replace(' ', '_')} {weight:.2f}" for name, weight in sorted(weights.items())]
    SOUNDS_FILE.write_text("\n".join([_HEAD, f"= {intercept:.2f}", *lines]) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(lines)} letter groups\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
