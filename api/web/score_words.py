"""What the codes of models and leads are called on pages; see `api.web.words`."""

from api.localisation import mark as _

STANDINGS = {
    "in_use": _("In use"),
    "older": _("Used before"),
    "aside": _("Kept aside"),
    "refused": _("Refused"),
    "refused_in_use": _("Refused: nobody has this score"),
}
MEASURES = {
    "auc": _("Area under the ROC curve (0.5 is chance)"),
    "pr_auc": _("Average precision"),
    "brier": _("Brier score (less is better)"),
    "skill": _("Better than the same probability for everybody, by"),
    "calibration_error": _("Calibration error"),
    "lift": _("How many times as many among the tenth with the highest scores"),
}
SIDES = {"fit": _("Fit"), "intent": _("Intent")}
LEAD_BANDS = {"good": _("high priority"), "watch": _("medium priority"), "bad": _("low priority")}
ROUTING = {
    "speaks_language": _("speaks its language"),
    "other_language": _("nobody there speaks its language"),
    "language_unknown": _("its language is not known"),
    "least_load": _("has the least to do of those who could"),
    "only_one": _("nobody else could"),
    "owned": _("looks after it already"),
    "no_route": _("no rule says who looks after such leads"),
    "nobody_on_route": _("nobody fits the rule for such leads"),
    "all_full": _("everybody who fits the rule has too many accounts"),
}
"""Why somebody could look after a lead, or why nobody is named."""

TABLES: dict[str, dict[str, str]] = {
    "model_standing": STANDINGS,
    "measure": MEASURES,
    "lead_side": SIDES,
    "lead_band": LEAD_BANDS,
    "lead_why": ROUTING,
}
