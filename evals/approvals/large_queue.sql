-- A queue of any length, made by the database itself. Triggers and foreign keys are off while it is filled, so what
-- they would write is written here: the words of an item are those of its title, account, requester and body.

select setseed(0.7);

insert into teams (id, name) select 'team-' || n, 'Team ' || n from generate_series(0, %(teams)s) n;

insert into users (id, email, name, role, team_id, language, active, created_at)
select 'ae-' || n, 'ae-' || n || '@bench.invalid', 'Seller ' || translate(n::text, '0123456789', 'abcdefghij'), 'ae',
       case when n %% 4 = 0 then 'team-0' else 'team-' || (1 + n / 6) end, 'es', true, now()
from generate_series(1, %(sellers)s) n;

-- One manager of a quarter of all sellers, one of a small team, one seller with three accounts, one admin.
insert into users (id, email, name, role, team_id, language, active, created_at) values
('manager-many', 'manager-many@bench.invalid', 'Manager Many', 'manager', 'team-0', 'es', true, now()),
('manager-few', 'manager-few@bench.invalid', 'Manager Few', 'manager', 'team-1', 'es', true, now()),
('ae-few', 'ae-few@bench.invalid', 'Seller Few', 'ae', 'team-1', 'es', true, now()),
('admin', 'admin@bench.invalid', 'Admin', 'admin', null, 'es', true, now());

insert into accounts (id, source_system, source_id, as_of, content_hash, name, search_key, owner_email, arr, currency)
select 'acc_' || lpad(n::text, 20, '0'), 'bench', n::text, date '2026-11-13', 'x',
       initcap(translate(n::text, '0123456789', 'bcdfghjklm')) || 'ia ' || initcap(translate((n %% 97)::text, '0123456789', 'aeioulnrst')),
       n::text, case when n <= 3 then 'ae-few' else 'ae-' || (1 + n %% %(sellers)s) end || '@bench.invalid', 10000, 'EUR'
from generate_series(1, %(accounts)s) n;

-- Bodies of 40 words, drawn so that the tenth commonest is in about every third and most are in few.
create temporary table bodies as
select b as id, review_words('es', null, body) as es, review_words('en', null, body) as en
from (
    select b, string_agg('w' || translate(floor(exp(random() * ln(5000)))::int::text, '0123456789', 'bcdfghjklm'), ' ') as body
    from generate_series(1, 5000) b, generate_series(1, 40) w
    group by b
) drawn;

create temporary table account_words as
select row_number() over (order by id) as place, id, name, owner_email,
       review_words('es', 'Informe ' || name, null) as es, review_words('en', 'Informe ' || name, null) as en
from accounts;
create index on account_words (place);

create temporary table seller_words as
select substr(id, 4)::int as place, id, review_words('es', name, null) as es, review_words('en', name, null) as en
from users where id ~ '^ae-[0-9]+$';

create temporary table terms as
select * from (values
    (0, '{"rule": "internal-low", "steps": [{"roles": ["ae", "csm", "manager", "admin"], "approvers": 1}], "self_review": true, "bulk": true, "escalate_to": [], "undo_seconds": 0}'::jsonb),
    (1, '{"rule": "external-risky", "steps": [{"roles": ["manager", "admin"], "approvers": 1}], "self_review": false, "bulk": false, "escalate_to": ["manager", "admin"], "undo_seconds": 120}'::jsonb),
    (2, '{"rule": "external-risky-large", "steps": [{"roles": ["ae", "csm", "manager"], "approvers": 1}, {"roles": ["manager", "admin"], "approvers": 1}], "self_review": false, "bulk": false, "escalate_to": ["admin"], "undo_seconds": 300}'::jsonb)
) as t (place, requirement);

create temporary table plan as
select n, md5(n::text) as hash, 1 + (n * 7919::bigint) %% %(accounts)s as account, 1 + floor(random() * 5000)::int as body,
       random() as state_draw, random() as risk_draw, random() as kind_draw, random() as value_draw, random() as rule_draw,
       random() as time_draw, random() as person_draw, random() < 0.6 as spanish
from generate_series(1, %(items)s) n;

create temporary table drawn as
select p.*, a.id as account_id, a.name as account_name,
       case when p.person_draw < 0.8 and a.owner_email like 'ae-%%'
            then split_part(a.owner_email, '@', 1) else 'ae-' || (1 + p.n %% %(sellers)s) end as requester_id,
       case when state_draw < 0.030 then 'pending' when state_draw < 0.036 then 'in_review'
            when state_draw < 0.040 then 'changes_requested' when state_draw < 0.06 then 'approved'
            when state_draw < 0.14 then 'rejected' when state_draw < 0.22 then 'superseded'
            when state_draw < 0.26 then 'expired' when state_draw < 0.28 then 'withdrawn'
            when state_draw < 0.295 then 'stale' when state_draw < 0.298 then 'release_failed'
            when state_draw < 0.300 then 'recalled' else 'released' end as state,
       case when risk_draw < 0.01 then 'critical' when risk_draw < 0.08 then 'high'
            when risk_draw < 0.30 then 'medium' else 'low' end as risk,
       -- What is open is due around now; what is decided was due in the year before.
       timestamptz '2026-11-16 09:00+00' + case when state_draw < 0.040 then (time_draw * 96 - 24) * interval '1 hour'
            else -time_draw * 365 * interval '1 day' end as due_at
from plan p join account_words a on a.place = p.account;

insert into drafts (id, kind, account_id, requester_id, created_at, latest_version)
select 'draft_' || hash, 'brief', account_id, requester_id, due_at, 1 from drawn;

insert into draft_versions (draft_id, version, digest, content, language, as_of, author_id, created_at, findings)
select 'draft_' || hash, 1, hash || hash, '{"sections": [], "evidence": []}', case when spanish then 'es' else 'en' end,
       date '2026-11-16', requester_id, due_at, '[]'
from drawn;

insert into review_items (id, draft_id, version, account_id, kind, title, language, audience, visibility, digest, state,
                          risk, value_at_stake, rules, requester_id, requirement, submitted_at, due_at, expires_at,
                          assignee_id, decided_by, decided_at)
select 'review_' || hash, 'draft_' || hash, 1, account_id,
       (array ['brief', 'follow_up', 'meeting_prep', 'churn_alert', 'chat_answer', 'rfp_answer'])[1 + floor(sqrt(kind_draw) * 6)::int],
       'Informe ' || account_name, case when spanish then 'es' else 'en' end,
       case when n %% 3 = 0 then 'external' else 'internal' end, case when n %% 50 = 0 then 'managers' else 'staff' end,
       hash || hash, state, risk, case when value_draw < 0.9 then round((1000 * exp(value_draw * 8))::numeric, 2) end,
       case when rule_draw < 0.01 then array ['leak', 'leak.other_account_name']
            when rule_draw < 0.10 then array ['tone', 'tone.promise']
            when rule_draw < 0.30 then array ['grounding', 'grounding.unsupported'] else array []::text[] end,
       requester_id, requirement || jsonb_build_object('due_at', due_at, 'expires_at', due_at + interval '7 days'),
       due_at - interval '8 hours', due_at, due_at + interval '7 days',
       case when rule_draw > 0.7 then 'ae-' || (1 + n %% %(sellers)s) end,
       case when state_draw >= 0.040 then requester_id end, case when state_draw >= 0.040 then due_at end
from drawn join terms on terms.place = case when risk_draw >= 0.30 then 0 when value_draw < 0.7 then 1 else 2 end;

insert into review_texts (review_item_id, words, rules, other_accounts)
select 'review_' || hash, case when spanish then b.es || a.es || s.es else b.en || a.en || s.en end, i.rules, '{}'
from drawn
join bodies b on b.id = drawn.body
join account_words a on a.place = drawn.account
join seller_words s on s.place = 1 + drawn.n %% %(sellers)s
join review_items i on i.id = 'review_' || hash;

insert into waiting_texts (review_item_id, words, rules, other_accounts)
select t.review_item_id, t.words, t.rules, t.other_accounts
from review_texts t join review_items i on i.id = t.review_item_id
where i.state in ('pending', 'in_review', 'changes_requested');

drop table bodies, account_words, seller_words, terms, plan, drawn;
