"""Looks up in one query which names, addresses and amounts of a draft other accounts have too.

Invariant: the answer names nothing that was not asked for, and is the same whoever asks. It sees accounts that the
viewer may not see, because those must not leak most of all.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from copilot.domain.elsewhere import Elsewhere, ElsewhereKind, Sought
from copilot.store.database import UnitOfWork

# Every look-up is lateral with a limit: each probe then uses its index, whatever the planner knows about the tables,
# and a name that thousands share costs no more than one that nobody has.
_QUERY = """
with named as materialized (
    select sought, key, split_part(key, ' ', 1) || ' ' || split_part(key, ' ', 2) as person
    from (select sought, name_key(sought) as key from unnest(%(names)s::text[]) as sought) as keyed
    where key <> ''
), found as (
    select 'account' as kind, sought, record.*
    from named cross join lateral (
        select id as account_id, name as written, null as currency
        from accounts where name_key(name) = named.key and id <> %(account)s limit 8
    ) as record
    union all
    -- Its short name: a word of the name with which its web address begins, if hardly anybody else has such a word.
    select 'account', sought, record.*
    from named cross join lateral (
        select id, name, null from accounts
        where left(host_key(website), 6) = left(named.key, 6) and starts_with(host_key(website), named.key)
          and named.key = any(string_to_array(name_key(name), ' ')) and id <> %(account)s limit 3
    ) as record
    where strpos(named.key, ' ') = 0 and length(named.key) >= 6
    union all
    select 'person', sought, record.*
    from named cross join lateral (
        select account_id, name, null from contacts
        where person_key(name) = named.person and account_id <> %(account)s
          and (name_key(name) = named.key or starts_with(name_key(name), named.key || ' ')) limit 8
    ) as record
    where strpos(named.key, ' ') > 0
    union all
    select 'email', sought, record.*
    from unnest(%(emails)s::text[]) as sought cross join lateral (
        select account_id, email, null from contacts
        where lower(email) = lower(sought) and account_id <> %(account)s limit 8
    ) as record
    union all
    select 'phone', sought, record.*
    from unnest(%(phones)s::text[]) as sought cross join lateral (
        select account_id, phone, null from contacts
        where phone_key(phone) = phone_key(sought) and account_id <> %(account)s limit 8
    ) as record
    union all
    select 'amount', sought::text, record.*
    from unnest(%(amounts)s::numeric[]) as sought cross join lateral (
        (select id as account_id, sought::text as written, currency from accounts
         where arr = sought and id <> %(account)s limit 8)
        union all
        (select account_id, sought::text, currency from opportunities
         where amount = sought and account_id <> %(account)s limit 8)
    ) as record
)
select kind, sought, account_id, currency, strpos(written, sought) > 0,
       kind <> 'amount' and (
           exists (select from passages where account_id = %(account)s and strpos(lower(text), lower(sought)) > 0)
           or exists (select from contacts where account_id = %(account)s
                      and strpos(lower(concat_ws(' ', name, email, phone)), lower(sought)) > 0)
           or exists (select from opportunities where account_id = %(account)s
                      and strpos(lower(concat_ws(' ', name, next_step, lost_reason)), lower(sought)) > 0)
           or exists (select from tickets where account_id = %(account)s
                      and strpos(lower(concat_ws(' ', subject, body)), lower(sought)) > 0)
           or exists (select from activities where account_id = %(account)s
                      and strpos(lower(concat_ws(' ', subject, body, author, array_to_string(participants, ' '))),
                                 lower(sought)) > 0)
       )
from found
"""


class ElsewhereRepository:
    """Reads for the detector of leaks."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def find(self, sought: Sought, *, account_id: str | None) -> tuple[Elsewhere, ...]:
        """What of `sought` accounts other than `account_id` have, in the order of kind and text."""
        if not sought.anything:
            return ()
        parameters: dict[str, Any] = {
            "names": list(sought.names),
            "emails": list(sought.emails),
            "phones": list(sought.phones),
            "amounts": list(sought.amounts),
            "account": account_id or "",
        }
        rows = self._session.connection().exec_driver_sql(_QUERY, parameters).all()
        return tuple(_grouped(tuple(row) for row in rows))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterable[Elsewhere]:
    """One answer for each thing sought, however many accounts have it."""
    by_text: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_text[row[0], row[1]].append(row)
    for (kind, text), found in sorted(by_text.items()):
        yield Elsewhere(
            kind=ElsewhereKind(kind),
            text=text,
            accounts=frozenset(row[2] for row in found),
            currencies=frozenset(row[3].upper() for row in found if row[3]),
            as_written=any(row[4] for row in found),
            at_home=any(row[5] for row in found),
        )
