"""The portfolio's table over HTTP, and the views that people keep of it."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.portfolio import CustomerLine, ScoredBy
from copilot.approvals.saved_views import LONGEST_NAME
from copilot.workflows.portfolio.customers import CustomerSort, CustomerTable, Line
from copilot.workflows.portfolio.views import TableFilters, TableView


class HealthPoint(BaseModel):
    """The health from a day on, 0 to 100."""

    day: date
    value: float


class UsePoint(BaseModel):
    """How many people were active in the week that began on a day."""

    week: date
    people: float


class TableLine(BaseModel):
    """A customer. `at_stake` is revenue times probability; null: one of them is not known."""

    customer: CustomerLine
    probability: float | None
    at_stake: Decimal | None
    has_alert: bool
    course: list[HealthPoint]
    use: list[UsePoint]

    @classmethod
    def of(cls, line: Line) -> "TableLine":
        """As in the table."""
        return cls(
            customer=CustomerLine.of(line.customer),
            probability=line.probability,
            at_stake=line.at_stake,
            has_alert=line.has_alert,
            course=[HealthPoint(day=day, value=value) for day, value in line.series],
            use=[UsePoint(week=day, people=value) for day, value in line.use],
        )


class TableOut(BaseModel):
    """A page of the table. `days`: what the probability to leave looks ahead."""

    day: date
    days: int
    scored_by: ScoredBy
    lines: list[TableLine]
    total: int
    offset: int
    currencies: list[str]

    @classmethod
    def of(cls, table: CustomerTable) -> "TableOut":
        """As computed."""
        return cls(
            day=table.day,
            days=table.days,
            scored_by=ScoredBy.model_validate(table.model),
            lines=[TableLine.of(line) for line in table.lines],
            total=table.total,
            offset=table.offset,
            currencies=list(table.currencies),
        )


class TableViewRequest(BaseModel):
    """A view to keep. `me` as owner stands for whoever uses it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    filters: TableFilters = TableFilters()
    sort: CustomerSort = CustomerSort.AT_STAKE
    shared: bool = False


class TableViewChange(BaseModel):
    """What to change of a view; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME)
    shared: bool | None = None


class TableViewOut(BaseModel):
    """A view as you may use it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    owner_name: str
    own: bool
    shared: bool
    is_default: bool
    filters: TableFilters
    sort: CustomerSort

    @classmethod
    def of(cls, view: TableView) -> "TableViewOut":
        """As kept."""
        return cls.model_validate(view)
