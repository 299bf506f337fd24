"""Names, addresses and amounts that can be looked up across accounts; what contacts wish about being written to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Accents go first: a database of the C locale lowers plain letters only.
    op.execute(
        r"""
        create function name_key(name text) returns text language sql immutable strict parallel safe as $$
            select regexp_replace(
                trim(regexp_replace(
                    lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g')),
                    '[\s!-/:-@\[-`{-~«»“”‘’·–—]+', ' ', 'g'
                )),
                '( (s l|s l u|sl|slu|s a|s a u|sa|sau|s a s|sas|s a de c v|sa de cv|s de r l de c v|ltda|ltd|limited|'
                'inc|incorporated|llc|llp|plc|corp|corporation|gmbh|ag|b v|bv|n v|nv|s p a|spa|s r l|srl|pty))+$', ''
            )
        $$
        """
    )
    # Given name and first surname, which is how people of two surnames are called.
    op.execute(
        """
        create function person_key(name text) returns text language sql immutable strict parallel safe as $$
            select split_part(public.name_key(name), ' ', 1) || ' ' || split_part(public.name_key(name), ' ', 2)
        $$
        """
    )
    op.execute(
        """
        create function phone_key(phone text) returns text language sql immutable strict parallel safe as $$
            select case when length(digits) >= 9 then right(digits, 9) end
            from (select regexp_replace(phone, '[^0-9]', '', 'g') as digits) as plain
        $$
        """
    )
    # `https://www.harbourline.example/about` -> `harbourline`: what people call a company by for short.
    op.execute(
        r"""
        create function host_key(website text) returns text language sql immutable strict parallel safe as $$
            select regexp_replace(
                regexp_replace(lower(website), '^(https?://)?(www\.)?([^./:]*).*$', '\3'), '[^a-z0-9]', '', 'g'
            )
        $$
        """
    )
    op.execute("create index ix_accounts_host_start on accounts (left(host_key(website), 6))")
    op.execute("create index ix_accounts_name_key on accounts (name_key(name))")
    op.execute("create index ix_accounts_arr on accounts (arr)")
    op.execute("create index ix_contacts_person_key on contacts (person_key(name))")
    op.execute("create index ix_contacts_email_lower on contacts (lower(email))")
    op.execute("create index ix_contacts_phone_key on contacts (phone_key(phone))")
    op.execute("create index ix_opportunities_amount on opportunities (amount)")
    op.create_table(
        "contact_preferences",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=True),
        sa.Column("address_sha256", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "contact_id is not null or address_sha256 is not null", name=op.f("ck_contact_preferences_somebody")
        ),
        sa.CheckConstraint("channel in ('any','email','phone')", name=op.f("ck_contact_preferences_channel")),
        sa.CheckConstraint("wish in ('opted_out','consented')", name=op.f("ck_contact_preferences_wish")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_contact_preferences_recorded_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_preferences")),
    )
    op.create_index(op.f("ix_contact_preferences_contact_id"), "contact_preferences", ["contact_id"])
    op.create_index(op.f("ix_contact_preferences_address_sha256"), "contact_preferences", ["address_sha256"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
