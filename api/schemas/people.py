"""People, teams, tokens and sessions as programs see them. No secret is in them, but the two that are shown once."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.identity.administration import Details
from copilot.identity.handover import HandedOver
from copilot.store.staff import Person, Team
from copilot.store.waiting import Waiting
from copilot.store.ways_in import OpenSession, Token

_STRICT = ConfigDict(extra="forbid")


class PersonDetails(BaseModel):
    """What an administrator says about a person."""

    model_config = _STRICT

    name: str = Field(max_length=200)
    role: Role
    team_id: str | None = Field(default=None, max_length=64)
    language: Language = Language.EN

    @property
    def details(self) -> Details:
        """For the service."""
        return Details(self.name, self.role, self.team_id or None, self.language)


class PersonRequest(PersonDetails):
    """Somebody new."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"email": "marta@company.example", "name": "Marta Prueba", "role": "ae", "language": "es"}]
        },
    )

    email: str = Field(max_length=254)


class PersonOut(BaseModel):
    """One person with how they may come in."""

    id: str
    email: str
    name: str
    role: Role
    team_id: str | None
    team_name: str | None
    language: str
    active: bool
    since: datetime
    has_password: bool
    has_identity: bool
    by_groups: bool
    """Role and team follow the groups of the identity provider."""
    open_sessions: int
    live_tokens: int

    @classmethod
    def of(cls, person: Person) -> Self:
        """A person as stored."""
        viewer = person.viewer
        return cls(
            id=viewer.user_id,
            email=viewer.email,
            name=viewer.name,
            role=viewer.role,
            team_id=viewer.team_id,
            team_name=person.team_name,
            language=viewer.language,
            active=person.active,
            since=person.since,
            has_password=person.has_password,
            has_identity=person.has_identity,
            by_groups=person.by_groups,
            open_sessions=person.open_sessions,
            live_tokens=person.live_tokens,
        )


class PersonList(BaseModel):
    """One page of people by name. `more`: there is another one."""

    people: list[PersonOut]
    more: bool


class AccountOpened(BaseModel):
    """An account that a person may see although they do not own it."""

    id: str
    name: str


class WaitingOut(BaseModel):
    """How much waits on a person."""

    asked_to_decide: int
    taken_on: int
    asked_for: int
    questions: int
    questionnaires: int
    alerts: int
    accounts: int
    delegations: int

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """What waits, counted."""
        return cls(
            asked_to_decide=len(waiting.asked_to_decide),
            taken_on=len(waiting.taken_on),
            asked_for=waiting.asked_for,
            questions=len(waiting.questions),
            questionnaires=waiting.questionnaires,
            alerts=waiting.alerts,
            accounts=waiting.accounts,
            delegations=len(waiting.delegations),
        )


class PersonFull(PersonOut):
    """The same with the accounts that were opened to them and what waits on them."""

    accounts_opened: list[AccountOpened]
    waiting: WaitingOut


class Departure(BaseModel):
    """Who takes over what waits on somebody who leaves; null: nobody in particular."""

    model_config = _STRICT

    successor_id: str | None = Field(default=None, max_length=64)


class HandedOverOut(BaseModel):
    """How much went to the successor, how much is open to whoever may take it on."""

    to_successor: int
    to_nobody: int
    delegations_ended: int

    @classmethod
    def of(cls, handed: HandedOver) -> Self:
        """What was handed over."""
        return cls(
            to_successor=handed.to_successor,
            to_nobody=handed.to_nobody,
            delegations_ended=handed.delegations_ended,
        )


class PasswordLink(BaseModel):
    """A link to choose a password, which is shown once."""

    address: str
    hours: int


class TeamName(BaseModel):
    """What a team is called."""

    model_config = _STRICT

    name: str = Field(max_length=200)


class TeamOut(BaseModel):
    """One team and how many are in it."""

    id: str
    name: str
    members: int
    former: int

    @classmethod
    def of(cls, team: Team) -> Self:
        """A team as stored."""
        return cls(id=team.id, name=team.name, members=team.members, former=team.former)


class TokenRequest(BaseModel):
    """A token for a program."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "nightly report", "days": 90, "reach": "read"}]}
    )

    name: str = Field(max_length=200)
    days: int = Field(default=90, ge=1, le=366)
    reach: Literal["read", "write"] = "read"
    """`read`: it changes nothing; `write`: all that its owner may do."""


class TokenOut(BaseModel):
    """A token without its secret."""

    id: str
    name: str
    owner_id: str
    owner_name: str
    reach: Literal["read", "write"]
    created_at: datetime
    last_used_at: datetime | None
    """To within five minutes; null: never."""
    expires_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        """A token as stored."""
        return cls(
            id=token.id,
            name=token.name,
            owner_id=token.user_id,
            owner_name=token.user_name,
            reach="read" if token.read_only else "write",
            created_at=token.created_at,
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
        )


class TokenMade(TokenOut):
    """A new token with its secret, which nobody can ask for again."""

    secret: str


class SessionOut(BaseModel):
    """A browser that one is signed in with."""

    id: str
    current: bool
    way: str
    """`password` or `sign_on`."""
    browser: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, session: OpenSession, *, current: str) -> Self:
        """A session as stored; `current` is what the asking one is called."""
        return cls(
            id=session.id,
            current=session.id == current,
            way=session.way,
            browser=session.browser,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
        )


class SessionList(BaseModel):
    """One's open sessions, the newest first."""

    sessions: list[SessionOut]


class SessionsEnded(BaseModel):
    """How many were open."""

    ended: int
