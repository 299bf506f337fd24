"""Signed checkpoints; one statement that appends to the audit chain; votes that can only be voided."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_checkpoints()
    _create_append()
    _keep_votes()


def _create_checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("next_key", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
    )
    op.execute(
        """
        create function audit_checkpoints_are_append_only() returns trigger language plpgsql as $$
        begin
            raise exception 'audit checkpoints are append-only' using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        "create trigger audit_checkpoints_no_change before update or delete on audit_checkpoints "
        "for each row execute function audit_checkpoints_are_append_only()"
    )
    op.execute(
        "create trigger audit_checkpoints_no_truncate before truncate on audit_checkpoints "
        "for each statement execute function audit_checkpoints_are_append_only()"
    )


def _create_append() -> None:
    """Runs with the rights of the owner: the application's role may append to the chain in no other way.

    Volatile, so that the end of the chain is read after the lock is held; what is stored is read from the very text
    that is hashed, so the two cannot disagree.
    """
    op.execute(
        """
        create function append_audit_events(heads text[], tails text[]) returns integer
        language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
        declare
            place integer;
            written integer := 0;
            before text := repeat('0', 64);
            payload text;
            content jsonb;
            own_hash text;
        begin
            perform pg_advisory_xact_lock(727203);
            select e.sequence, e.hash into written, before from audit_events e order by e.sequence desc limit 1;
            if not found then
                written := 0;
                before := repeat('0', 64);
            end if;
            for place in 1 .. coalesce(array_length(heads, 1), 0) loop
                written := written + 1;
                payload := heads[place] || before || '","sequence":' || written || tails[place];
                own_hash := encode(sha256(convert_to(payload, 'UTF8')), 'hex');
                content := payload::jsonb;
                insert into audit_events
                    (sequence, happened_at, actor_id, action, subject, details, previous_hash, hash)
                values (
                    written, (content ->> 'happened_at')::timestamptz, content ->> 'actor_id', content ->> 'action',
                    content ->> 'subject', content -> 'details', before, own_hash
                );
                before := own_hash;
            end loop;
            return written;
        end $$
        """
    )
    op.execute("revoke execute on function append_audit_events(text[], text[]) from public")


def _keep_votes() -> None:
    """A vote is voided once; its comment can be overwritten, because a person may be named in it."""
    op.execute(
        """
        create function review_votes_are_kept() returns trigger language plpgsql as $$
        declare
            changeable text[] := array['voided_at', 'void_reason', 'comment'];
        begin
            if tg_op = 'UPDATE'
                and (to_jsonb(new) - changeable) = (to_jsonb(old) - changeable)
                and (old.voided_at is null
                     or (new.voided_at, new.void_reason) is not distinct from (old.voided_at, old.void_reason)) then
                return new;
            end if;
            raise exception 'votes can only be voided' using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        "create trigger review_votes_no_change before update on review_votes "
        "for each row execute function review_votes_are_kept()"
    )
    # Together with their item they may go: that is a trigger of the foreign key's.
    op.execute(
        "create trigger review_votes_no_delete before delete on review_votes "
        "for each row when (pg_trigger_depth() = 0) execute function review_votes_are_kept()"
    )
    op.execute(
        "create trigger review_votes_no_truncate before truncate on review_votes "
        "for each statement execute function review_votes_are_kept()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
