"""What the codes of use and value are called on pages; see `api.web.words`."""

from api.localisation import mark as _

FATES = {
    "unchanged": _("Approved as written"),
    "edited": _("Approved after edits"),
    "rejected": _("Rejected"),
    "withdrawn": _("Taken back"),
    "lapsed": _("Lapsed"),
    "waiting": _("Still waiting"),
}
SPREADS = {"median": _("Half of the decisions"), "p90": _("Nine of ten")}
DUE = {"overdue": _("Overdue"), "today": _("Due today"), "later": _("Due later")}
KINDS = {"rfp_package": _("Questionnaire filled in")}
"""Kinds that are counted apart, besides those of drafts."""

TABLES: dict[str, dict[str, str]] = {"fate": FATES, "spread": SPREADS, "due": DUE}
