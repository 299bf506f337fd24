"""Signals: what the records say about how an account is doing, one number each, on one day.

Invariant: a signal of a day is computed from what had happened by the end of that day and from nothing later. What the
records hold without a date (seats, revenue, how a person stands towards us) says only how things are now; for an
earlier day it is known from a snapshot that was kept then, or not at all. Nothing known is not zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Signal(StrEnum):
    """The name is also that of the metric that a citation opens: `metric:<signal>:<account id>`."""

    # Use of the product
    USAGE_CHANGE = "active_users_change_pct"
    """Mean of the 4 latest weekly points against that of the 4 points 13 weeks earlier."""
    USAGE_CHANGE_YEAR = "active_users_change_year_pct"
    """The same 4 points against those 52 weeks earlier: a season is no trend."""
    USAGE_BREADTH = "usage_breadth"
    """Metrics other than active users with any use in the weeks that ended in the last 28 days."""
    DAYS_SINCE_USE = "days_since_use"
    """Days since the last week with any active user."""
    SEAT_UTILISATION = "seat_utilisation_pct"

    # Support
    TICKETS_OPEN = "tickets_open"
    TICKETS_OPEN_URGENT = "tickets_open_urgent"
    """P1 and P2."""
    TICKETS_OPENED = "tickets_opened_90d"
    TICKETS_OPENED_CHANGE = "tickets_opened_change_90d"
    """Opened in the last 90 days less those of the 90 days before."""
    OLDEST_TICKET_DAYS = "oldest_open_ticket_days"

    # What they say when asked
    NPS = "nps_latest"
    """Latest answer of the last 365 days."""
    NPS_CHANGE = "nps_change"
    """Latest answer less the one before it."""
    CSAT = "csat_mean_180d"
    CES = "ces_mean_180d"

    # People
    CHAMPIONS_LEFT = "champions_left_365d"
    STAKEHOLDERS_LEFT = "stakeholders_left_180d"
    PEOPLE_HEARD = "people_heard_90d"
    """Different people of the customer in inbound activities."""

    # Contact
    DAYS_SINCE_INBOUND = "days_since_last_inbound"
    INBOUND = "inbound_90d"
    INBOUND_CHANGE = "inbound_change_90d"
    REPLY_DAYS = "reply_days_median_180d"
    """Median days from an email of ours to the customer's answer."""

    # Money and contract
    INVOICES_OVERDUE = "invoices_overdue"
    """Issued, past their due day and not paid on the day."""
    DAYS_OVERDUE = "invoice_days_overdue"
    """Of the oldest one of those."""
    INVOICES_PAID_LATE = "invoices_paid_late_365d"
    DAYS_TO_RENEWAL = "days_to_renewal"
    TENURE_DAYS = "tenure_days"
    EXPANSION_OPEN = "expansion_open"
    """Open opportunities of that kind."""

    # What texts say; each is a count of quoted sentences
    PROMISES_BROKEN = "promises_broken_180d"
    """Ours, of which a text says that they were not kept, or whose day passed without a sign."""
    COMPETITOR_MENTIONS = "competitor_mentions_180d"
    COMPLAINTS = "complaints_180d"
    PRAISE = "praise_180d"
    EXPANSION_MENTIONS = "expansion_mentions_180d"


class Unit(StrEnum):
    PERCENT = "percent"
    DAYS = "days"
    COUNT = "count"
    POINTS = "points"
    """Of a survey's scale."""


class Worse(StrEnum):
    """Which way is bad news. A model may have learnt otherwise; this is for words and for the scorecard."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class SignalKind:
    """What a number of this signal is."""

    unit: Unit
    worse: Worse
    dated: bool = True
    """Whether the records tell it for any day; else only today's is known, or a snapshot's."""


_UP, _DOWN, _NEITHER = Worse.UP, Worse.DOWN, Worse.NEITHER
SIGNALS: Mapping[Signal, SignalKind] = {
    Signal.USAGE_CHANGE: SignalKind(Unit.PERCENT, _DOWN),
    Signal.USAGE_CHANGE_YEAR: SignalKind(Unit.PERCENT, _DOWN),
    Signal.USAGE_BREADTH: SignalKind(Unit.COUNT, _DOWN),
    Signal.DAYS_SINCE_USE: SignalKind(Unit.DAYS, _UP),
    Signal.SEAT_UTILISATION: SignalKind(Unit.PERCENT, _DOWN, dated=False),
    Signal.TICKETS_OPEN: SignalKind(Unit.COUNT, _UP),
    Signal.TICKETS_OPEN_URGENT: SignalKind(Unit.COUNT, _UP),
    Signal.TICKETS_OPENED: SignalKind(Unit.COUNT, _UP),
    Signal.TICKETS_OPENED_CHANGE: SignalKind(Unit.COUNT, _UP),
    Signal.OLDEST_TICKET_DAYS: SignalKind(Unit.DAYS, _UP),
    Signal.NPS: SignalKind(Unit.POINTS, _DOWN),
    Signal.NPS_CHANGE: SignalKind(Unit.POINTS, _DOWN),
    Signal.CSAT: SignalKind(Unit.POINTS, _DOWN),
    Signal.CES: SignalKind(Unit.POINTS, _DOWN),
    Signal.CHAMPIONS_LEFT: SignalKind(Unit.COUNT, _UP, dated=False),
    Signal.STAKEHOLDERS_LEFT: SignalKind(Unit.COUNT, _UP),
    Signal.PEOPLE_HEARD: SignalKind(Unit.COUNT, _DOWN),
    Signal.DAYS_SINCE_INBOUND: SignalKind(Unit.DAYS, _UP),
    Signal.INBOUND: SignalKind(Unit.COUNT, _DOWN),
    Signal.INBOUND_CHANGE: SignalKind(Unit.COUNT, _DOWN),
    Signal.REPLY_DAYS: SignalKind(Unit.DAYS, _UP),
    Signal.INVOICES_OVERDUE: SignalKind(Unit.COUNT, _UP),
    Signal.DAYS_OVERDUE: SignalKind(Unit.DAYS, _UP),
    Signal.INVOICES_PAID_LATE: SignalKind(Unit.COUNT, _UP),
    Signal.DAYS_TO_RENEWAL: SignalKind(Unit.DAYS, _NEITHER, dated=False),
    Signal.TENURE_DAYS: SignalKind(Unit.DAYS, _DOWN),
    Signal.EXPANSION_OPEN: SignalKind(Unit.COUNT, _DOWN),
    Signal.PROMISES_BROKEN: SignalKind(Unit.COUNT, _UP),
    Signal.COMPETITOR_MENTIONS: SignalKind(Unit.COUNT, _UP),
    Signal.COMPLAINTS: SignalKind(Unit.COUNT, _UP),
    Signal.PRAISE: SignalKind(Unit.COUNT, _DOWN),
    Signal.EXPANSION_MENTIONS: SignalKind(Unit.COUNT, _DOWN),
}


class TextSignalKind(StrEnum):
    """What one quoted sentence is a sign of."""

    COMPETITOR = "competitor"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    EXPANSION = "expansion"
    PROMISE_BROKEN = "promise_broken"


SIGNAL_OF_TEXT: Mapping[TextSignalKind, Signal] = {
    TextSignalKind.COMPETITOR: Signal.COMPETITOR_MENTIONS,
    TextSignalKind.COMPLAINT: Signal.COMPLAINTS,
    TextSignalKind.PRAISE: Signal.PRAISE,
    TextSignalKind.EXPANSION: Signal.EXPANSION_MENTIONS,
    TextSignalKind.PROMISE_BROKEN: Signal.PROMISES_BROKEN,
}
