"""What the codes of the portfolio are called on pages; see `api.web.words`."""

from api.localisation import mark as _

BANDS = {"good": _("Good"), "watch": _("To watch"), "bad": _("Bad"), "unscored": _("Without a score")}
"""Of health, and of customers by it."""
LIKELIHOODS = {"good": _("likely"), "watch": _("possible"), "bad": _("unlikely")}
"""Bands of the probability to buy more."""

NO_FORECASTS = {
    "few_closed": _("too few deals were closed so far to learn from: it takes 50"),
    "few_of_an_outcome": _("too few deals were won, or lost, to learn from: it takes 10 of each"),
    "short_history": _("deals have not been watched for three times as long as this looks ahead"),
    "not_ahead": _("the day has passed"),
}
LEFT_OUT = {
    "no_amount": _("without an amount"),
    "no_currency": _("without a currency"),
    "no_start": _("without a day on which they began"),
}
"""Open deals that are in no forecast."""

UNTIL = {
    "quarter": _("the end of this quarter"),
    "next_quarter": _("the end of next quarter"),
    "half_year": _("half a year from today"),
}

TABLES: dict[str, dict[str, str]] = {
    "band": BANDS,
    "likelihood": LIKELIHOODS,
    "no_forecast": NO_FORECASTS,
    "deal_left_out": LEFT_OUT,
    "until": UNTIL,
}
