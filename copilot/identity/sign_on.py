"""Signing in through the company's identity provider.

Invariants: a sign-in ends in the browser that began it, once, within minutes; the session is a new one whatever the
browser held before; somebody new is let in only as what a rule says, and is out everywhere once none does; who was let
go stays out, whatever the provider says; nobody is taken for somebody else because an address was given away again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from copilot.approvals.entries import SYSTEM_VIEWER
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import Conflict, InputError, NotAuthenticated, TooFast
from copilot.identity.administration import CHANGED, Details, add_person, move_person
from copilot.identity.openid import Provider, refused
from copilot.identity.rules import LONGEST_NAME, checked_address, record, subject_of
from copilot.identity.sessions import end_ways_in
from copilot.identity.sign_on_rules import GroupRule, SignOnRules
from copilot.identity.teams import create_team
from copilot.people import SIGN_ON, People, SignedIn, digest
from copilot.store.database import Database, UnitOfWork
from copilot.store.staff import Person, StaffRepository
from copilot.store.ways_in import Flow, Identity, WaysIn
from copilot.telemetry import get_logger

_log = get_logger(__name__)

LINKED = "identity.linked"
LASTS = timedelta(minutes=10)
_MOST_FLOWS = 300
"""Sign-ins of one origin that may be under way; a whole company can come from one."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the secret by which it is known again."""

    address: str
    browser_secret: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser came back with."""

    state: str
    code: str
    issuer: str | None
    browser_secret: str


@dataclass(frozen=True, slots=True)
class CameIn:
    """A new session, the page to go on to, and what the provider will know its own session by again."""

    signed_in: SignedIn
    following: str
    id_token: str


class SingleSignOn:
    """Works in transactions of its own: none is open while the provider is waited for."""

    def __init__(
        self, database: Database, *, provider: Provider, rules: SignOnRules, people: People, name: str, language: str
    ) -> None:
        """`name` is what people call the provider; `language` is that of somebody who says none."""
        self._database, self._provider, self._rules, self._people = database, provider, rules, people
        self._language = language
        self.name = name

    def begin(self, following: str, *, origin: str) -> Begun:
        """Start a sign-in that will go on to the page `following`. Raises TooFast or UnavailableError."""
        clock = self._database.clock
        state, nonce, verifier, secret = (clock.new_token() for _ in range(4))
        # RFC 7636 asks for at least 43 characters.
        verifier = digest(verifier)
        address = self._provider.sign_in_address(state=state, nonce=nonce, verifier=verifier)
        with self._database.unit_of_work() as uow:
            ways, whose = WaysIn(uow), digest(f"origin:{origin}")
            if ways.flows_of(whose) >= _MOST_FLOWS:
                raise TooFast("Too many sign-ins are under way.", hint="Wait ten minutes and try again.")
            flow = Flow(nonce=nonce, verifier=verifier, following=following)
            ways.begin_flow(
                flow, state_sha256=digest(state), browser_sha256=digest(secret), origin_sha256=whose, lasts=LASTS
            )
        return Begun(address, secret)

    @property
    def ends_there(self) -> bool:
        """Whether signing out here is to end the session at the provider, too."""
        return self._rules.sign_out_there

    def sign_out_address(self, id_token: str, *, state: str) -> str | None:
        """Where a browser goes to end its session there; None: nowhere. Raises UnavailableError."""
        return self._provider.sign_out_address(id_token, state=state)

    def finish(self, answer: Answer, *, browser: str | None, before: str | None) -> CameIn:
        """Let somebody in. `before` is the secret of the session that the browser held.

        Raises NotAuthenticated or UnavailableError.
        """
        with self._database.unit_of_work() as uow:
            flow = WaysIn(uow).end_flow(state_sha256=digest(answer.state), browser_sha256=digest(answer.browser_secret))
        if flow is None:
            raise refused("unknown_state")
        if not answer.code:
            raise refused("no_code")
        self._provider.check_answer(answer.issuer)
        wanted = ("email", "email_verified", self._rules.groups_claim.partition(".")[0])
        told = self._provider.claims_of(answer.code, nonce=flow.nonce, verifier=flow.verifier, wanted=wanted)
        with self._database.unit_of_work() as uow:
            viewer = self._admitted(told.claims, uow=uow)
            if before:
                self._people.sign_out(before, uow=uow)
            if viewer is not None:
                signed_in = self._people.open_session(viewer, way=SIGN_ON, uow=uow, browser=browser)
                return CameIn(signed_in, flow.following, told.id_token)
        # Only now: what ended for them stays ended.
        raise _without_rule()

    def _admitted(self, claims: Mapping[str, object], *, uow: UnitOfWork) -> Viewer | None:
        """Whom the claims speak of; None: somebody who is in no group any more. Raises NotAuthenticated."""
        address, subject = self._address(claims), str(claims["sub"])
        rule = self._rules.rule_for(self._rules.groups_in(claims))
        identity = WaysIn(uow).identity(self._provider.connection.issuer, subject)
        if identity is None:
            identity = self._linked(claims, address, subject=subject, rule=rule, uow=uow)
        person = StaffRepository(uow).find(identity.user_id)
        if person is None or not person.active:
            raise _former()
        if not WaysIn(uow).identity_used(identity):
            # An administrator undoes the link in this moment; what they end must not be opened behind them.
            raise refused("unlinked")
        if not person.by_groups:
            return person.viewer
        if rule is None:
            end_ways_in(person.viewer.user_id, actor=SYSTEM_VIEWER, uow=uow)
            return None
        return self._as_groups_say(person, rule, uow=uow)

    def _address(self, claims: Mapping[str, object]) -> str:
        """The address that the provider vouches for. Raises NotAuthenticated."""
        given = claims.get("email")
        if claims.get("email_verified") is not True and not self._rules.trust_unverified_addresses:
            raise _noted(
                "unverified",
                NotAuthenticated(
                    "Your identity provider did not say that it knows your email address.",
                    hint="Ask your administrator to let you in.",
                ),
            )
        try:
            address = checked_address(given if isinstance(given, str) else "")
        except InputError as error:
            raise _noted(
                "no_address",
                NotAuthenticated(
                    "Your identity provider did not say your email address.",
                    hint="Ask your administrator to let you in.",
                ),
            ) from error
        if not self._rules.lets_in(address):
            raise _noted(
                "other_domain",
                NotAuthenticated(
                    "Addresses of your domain are not let in here.", hint="Ask your administrator to let you in."
                ),
            )
        return address

    def _linked(
        self, claims: Mapping[str, object], address: str, *, subject: str, rule: GroupRule | None, uow: UnitOfWork
    ) -> Identity:
        """Remember whom the provider means: somebody who is here, or somebody new whom a rule lets in."""
        known = StaffRepository(uow).by_email(address)
        person = known or self._added(claims, address, rule=rule, uow=uow)
        if not person.active:
            raise _former()
        ways, identity = WaysIn(uow), Identity(self._provider.connection.issuer, subject, person.viewer.user_id)
        if ways.link_identity(identity):
            told = {"by": "address" if known else "groups"}
            record(LINKED, subject=subject_of(person.viewer.user_id), actor=person.viewer, uow=uow, details=told)
        elif ways.identity(identity.issuer, subject) != identity:  # else they came in twice at once
            raise _noted(
                "other_subject",
                NotAuthenticated(
                    "Your address belongs to somebody else here.", hint="Ask your administrator to let you in."
                ),
            )
        return identity

    def _added(self, claims: Mapping[str, object], address: str, *, rule: GroupRule | None, uow: UnitOfWork) -> Person:
        """Somebody new whom a rule lets in."""
        if rule is None:
            raise _without_rule()
        details = Details(_name_of(claims, address), rule.role, self._team(rule, uow=uow), self._speaks(claims))
        try:
            return add_person(address, details, by_groups=True, actor=SYSTEM_VIEWER, uow=uow)
        except Conflict:
            # They came in twice at once, or an administrator added them in this moment.
            found = StaffRepository(uow).by_email(address)
            if found is None:
                raise
            return found

    def _as_groups_say(self, person: Person, rule: GroupRule, *, uow: UnitOfWork) -> Viewer:
        """The person in the role and team of today's groups."""
        before, team_id = person.viewer, self._team(rule, uow=uow)
        if (rule.role, team_id) == (before.role, before.team_id):
            return before
        last_admin = before.role is Role.ADMIN and StaffRepository(uow).lock_admins() == {before.user_id}
        role = Role.ADMIN if last_admin else rule.role
        if role is not rule.role:
            _log.warning("sign_on.last_admin_stays", user=before.user_id)
        move_person(person, role, team_id, name=before.name, language=before.language, uow=uow)
        told = {"role": role.value, "team": team_id or "", "before": f"{before.role.value}/{before.team_id or ''}"}
        record(CHANGED, subject=subject_of(before.user_id), actor=SYSTEM_VIEWER, uow=uow, details=told)
        return before.model_copy(update={"role": role, "team_id": team_id})

    @staticmethod
    def _team(rule: GroupRule, *, uow: UnitOfWork) -> str | None:
        if rule.team is None:
            return None
        staff = StaffRepository(uow)
        try:
            return staff.team_named(rule.team) or create_team(rule.team, actor=SYSTEM_VIEWER, uow=uow).id
        except Conflict:
            # The first two of the team came in at once.
            found = staff.team_named(rule.team)
            if found is None:
                raise
            return found

    def _speaks(self, claims: Mapping[str, object]) -> Language:
        """The language that the provider says, if it is one of ours."""
        said = str(claims.get("locale") or "")[:2].lower()
        return Language(said) if said in {language.value for language in Language} else Language(self._language)


def _name_of(claims: Mapping[str, object], address: str) -> str:
    """What to call somebody new: their name, else the part of the address that is theirs."""
    given = claims.get("name")
    words = " ".join(given.split())[:LONGEST_NAME] if isinstance(given, str) else ""
    return words if words and words.isprintable() else address.partition("@")[0]


def _former() -> NotAuthenticated:
    return _noted(
        "former",
        NotAuthenticated("You are not let in here any more.", hint="Ask your administrator to let you in."),
    )


def _without_rule() -> NotAuthenticated:
    return _noted(
        "no_rule",
        NotAuthenticated("None of your groups is let in here.", hint="Ask your administrator to let you in."),
    )


def _noted(reason: str, error: NotAuthenticated) -> NotAuthenticated:
    """The provider knows the person; this installation does not let them in. The log says why, in a word."""
    _log.warning("sign_on.not_let_in", reason=reason)
    return error
