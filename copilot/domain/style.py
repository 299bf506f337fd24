"""How people like drafts to be worded: preferences, and the versions of a style.

Invariants: a style is never changed, a change makes its next version with who or what made it; what a person switched
off stays off until a person switches it on, whatever is learnt later; a person's own style goes before their team's.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.language import Language


class PreferenceKind(StrEnum):
    WORDING = "wording"
    GREETING = "greeting"
    SIGN_OFF = "sign_off"
    ADDRESS = "address"
    """The familiar or the formal form of address."""
    SPELLING = "spelling"
    PUNCTUATION = "punctuation"


class ScopeKind(StrEnum):
    PERSON = "person"
    TEAM = "team"


class Scope(BaseModel):
    """Whose style it is, and in which language."""

    model_config = ConfigDict(frozen=True)

    kind: ScopeKind
    id: str
    language: Language

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}:{self.language.value}"


class Preference(BaseModel):
    """Write `after` where `before` stands."""

    model_config = ConfigDict(frozen=True)

    kind: PreferenceKind
    before: str
    after: str
    enabled: bool = True
    items: tuple[str, ...] = ()
    """Review items whose approved edits taught it: its evidence."""

    @property
    def key(self) -> str:
        """The same preference has the same key in every version and scope."""
        return f"{self.kind.value}:{self.before}>{self.after}"


class StyleChange(StrEnum):
    """Why a version of a style was made."""

    LEARNT = "learnt"
    SWITCHED = "switched"
    ROLLED_BACK = "rolled_back"


class Style(BaseModel):
    """One version of a style. Version 0 is the empty one that everybody starts with."""

    model_config = ConfigDict(frozen=True)

    scope: Scope
    version: int = Field(default=0, ge=0)
    preferences: tuple[Preference, ...] = ()
    change: StyleChange = StyleChange.LEARNT
    made_by: str | None = None
    """Id of the person; None: learnt from approved edits."""
    created_at: datetime | None = None

    def find(self, key: str) -> Preference | None:
        """The preference with this key."""
        return next((item for item in self.preferences if item.key == key), None)


def relearnt(
    style: Style, learnt: Iterable[Preference], *, contradicted: Collection[str] = ()
) -> tuple[Preference, ...]:
    """What the next version holds after learning: what was learnt, and what was there and still holds.

    A preference that the edits contradict (`contradicted`: keys) is dropped, unless a person switched it off: then it
    stays off. One whose edits are merely too old, or were let go, stays: nobody asked for a change.
    """
    found = {item.key: item for item in learnt}
    for old in style.preferences:
        if old.key in contradicted and old.enabled:
            continue
        taught = {*old.items, *(found[old.key].items if old.key in found else ())}
        found[old.key] = old.model_copy(update={"items": tuple(sorted(taught))})
    return _ordered(found.values())


def switched(style: Style, key: str, *, enabled: bool) -> tuple[Preference, ...]:
    """The preferences with one of them switched."""
    return tuple(
        item.model_copy(update={"enabled": enabled}) if item.key == key else item for item in style.preferences
    )


def muted(style: Style, preference: Preference) -> tuple[Preference, ...]:
    """The person's preferences with one of the team's switched off for them."""
    own = {item.key: item for item in style.preferences}
    own[preference.key] = preference.model_copy(update={"enabled": False})
    return _ordered(own.values())


def rolled_back(style: Style, to: Style) -> tuple[Preference, ...]:
    """The preferences of the older version; what came later stays, switched off, so that it is not learnt again."""
    kept = {item.key for item in to.preferences}
    later = [item.model_copy(update={"enabled": False}) for item in style.preferences if item.key not in kept]
    return _ordered([*to.preferences, *later])


def in_force(team: Style | None, person: Style | None) -> tuple[Preference, ...]:
    """What is applied to the drafts of a person: their own preferences, then those of the team they do not overrule.

    A preference of the team is overruled by one of the person that changes the same words, leads back to them or goes
    on from what it writes, and by one with the same key that is switched off.
    """
    own = person.preferences if person else ()
    active = [item for item in own if item.enabled]
    befores = {(item.kind, item.before) for item in active}
    overruled = befores | {(item.kind, item.after) for item in active}
    off = {item.key for item in own if not item.enabled}
    shared = [
        item
        for item in (team.preferences if team else ())
        if item.enabled
        and item.key not in off
        and (item.kind, item.before) not in overruled
        and (item.kind, item.after) not in befores
    ]
    return _ordered([*active, *shared])


def same_preferences(one: Sequence[Preference], other: Sequence[Preference]) -> bool:
    """Whether two sets say the same and are on or off alike; which items taught them does not count."""
    return {(item.key, item.enabled) for item in one} == {(item.key, item.enabled) for item in other}


def _ordered(preferences: Iterable[Preference]) -> tuple[Preference, ...]:
    """Longer wordings first, so that a shorter one does not take their words away."""
    return tuple(sorted(preferences, key=lambda item: (item.kind.value, -len(item.before.split()), item.key)))
