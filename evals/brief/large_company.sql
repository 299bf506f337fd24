-- A large company, made by the database itself. Parameters: accounts, per_account, shared, samples, today, owner.
-- The temporary table `sample` holds the texts to hand out. Statements end with a semicolon at the end of a line.

create function pg_temp.stable_id(prefix text, variadic parts text[]) returns text language sql immutable as
$$ select prefix || '_' || left(encode(sha256(convert_to(array_to_string(parts, chr(31)), 'UTF8')), 'hex'), 20) $$;

insert into users (id, email, name, role, language, active, created_at)
values ('bench-admin', %(owner)s, 'Bench Admin', 'admin', 'es', true, now());

insert into accounts (id, source_system, source_id, as_of, content_hash, name, search_key, country, industry, lifecycle,
                      owner_email, arr, currency, seats_licensed, customer_since, renewal_date)
select pg_temp.stable_id('acc', 'bench', n::text), 'bench', n::text, date '2026-11-13', 'x', 'Company ' || n,
       'company ' || n, 'ES', 'Maquinaria', 'customer', %(owner)s, 10000 + n, 'EUR', 50 + n %% 300,
       date '2023-01-01' + n %% 700, %(today)s::date + n %% 300
from generate_series(1, %(accounts)s) n;

insert into contacts (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, name, email,
                      title, stance, do_not_contact)
select pg_temp.stable_id('con', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), 'Person ' || translate(n::text, '0123456789', 'abcdefghij') || ' ' || chr(64 + k), 'p' || n || k || '@bench.invalid',
       'Manager', (array ['champion', 'neutral', 'sceptic', null])[k], false
from generate_series(1, %(accounts)s) n, generate_series(1, 4) k;

insert into opportunities (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, name, kind,
                           stage, status, amount, currency, probability, created_on, close_date, next_step)
select pg_temp.stable_id('opp', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), 'Deal ' || n || ' ' || k, (array ['renewal', 'expansion'])[k],
       'Proposal', 'open', 5000 + n, 'EUR', 50, %(today)s::date - 100, %(today)s::date - 30 + (n %% 120), 'Call them'
from generate_series(1, %(accounts)s) n, generate_series(1, 2) k;

insert into tickets (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, subject, priority,
                     status, opened_at, closed_at)
select pg_temp.stable_id('tic', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), 'Ticket ' || k, 'P' || (1 + (n + k) %% 4),
       case when k < 3 then 'open' else 'closed' end,
       %(today)s::timestamptz - make_interval(days => (k * 25 + n %% 20)),
       case when k < 3 then null else %(today)s::timestamptz - make_interval(days => (k * 25 + n %% 20 - 3)) end
from generate_series(1, %(accounts)s) n, generate_series(1, 6) k;

insert into usage_points (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, metric,
                          period_start, value)
select pg_temp.stable_id('use', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), 'active_users', date '2026-11-02' - 7 * (k - 1), 40 + (n + k) %% 30
from generate_series(1, %(accounts)s) n, generate_series(1, 20) k;

insert into surveys (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, kind, score,
                     answered_on, comment)
select pg_temp.stable_id('sur', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), (array ['NPS', 'NPS', 'CSAT'])[k], (n + k) %% 5 + 1,
       %(today)s::date - 40 * k, 'Fine so far'
from generate_series(1, %(accounts)s) n, generate_series(1, 3) k;

insert into activities (id, source_system, source_id, as_of, content_hash, account_source_id, account_id, kind,
                        occurred_at, direction, subject)
select pg_temp.stable_id('act', 'bench', n || '-' || k), 'bench', n || '-' || k, date '2026-11-13', 'x', n::text,
       pg_temp.stable_id('acc', 'bench', n::text), 'call',
       %(today)s::timestamptz - make_interval(days => (10 * k + n %% 9)), 'inbound', 'Call'
from generate_series(1, %(accounts)s) n, generate_series(1, 3) k;

insert into source_files (id, root, path, sha256, media_type, size_bytes, imported_at)
select 'bench-' || n, 'bench', n::text, 'x', 'text/plain', 1, now()
from generate_series(1, %(accounts)s::integer * %(per_account)s::integer + %(shared)s::integer) n;

insert into documents (id, source_file_id, account_id, title, kind, text, text_sha256, blocks, media_type, language,
                       origin, authored_at, author, direction, imported_at)
select pg_temp.stable_id('doc', 'bench', n::text, k::text), 'bench-' || ((n - 1) * %(per_account)s::integer + k),
       pg_temp.stable_id('acc', 'bench', n::text), 'Text ' || k, sample.kind, sample.body, 'x', sample.blocks,
       'text/plain', sample.language, case when k %% 2 = 0 then 'customer' else 'internal' end,
       %(today)s::timestamptz - make_interval(days => (k * 17)), 'Person ' || translate(n::text, '0123456789', 'abcdefghij') || ' A',
       case when k %% 2 = 0 then 'inbound' else 'outbound' end, now()
from generate_series(1, %(accounts)s) n
cross join generate_series(1, %(per_account)s) k
join sample on sample.place = (n * 7 + k) %% %(samples)s;

insert into documents (id, source_file_id, visibility, title, kind, text, text_sha256, blocks, media_type, language,
                       origin, imported_at)
select 'doc_shared_' || n, 'bench-' || (%(accounts)s::integer * %(per_account)s::integer + n), 'staff', 'Shared ' || n, 'knowledge',
       sample.body, 'x', sample.blocks, 'text/plain', sample.language, 'internal', now()
from generate_series(1, %(shared)s) n
join sample on sample.place = n %% %(samples)s;

insert into passages (id, document_id, account_id, visibility, ordinal, start, "end", text, language, search)
select pg_temp.stable_id('psg', id), id, account_id, visibility, 0, 0, length(text), text, language,
       to_tsvector('simple', left(text, 300))
from documents;
