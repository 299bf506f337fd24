"""Votes, comments, delegations, and what a queue item says about who works on it and what is at stake."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_columns()
    _create_votes()
    _create_comments()
    _create_delegations()
    _bring_requirements_up_to_date()
    _end_approvals_of_before()


def _add_columns() -> None:
    for column in (
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("value_at_stake", sa.Numeric(18, 2), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("assignee_id", sa.String(), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("review_items", column)
    for name in ("assignee_id", "claimed_by"):
        op.create_foreign_key(op.f(f"fk_review_items_{name}_users"), "review_items", "users", [name], ["id"])
    op.create_index(op.f("ix_review_items_assignee_id"), "review_items", ["assignee_id"])
    op.add_column("releases", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))


def _create_votes() -> None:
    op.create_table(
        "review_votes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("voter_id", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("accepted_segments", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "on_behalf_of is null or on_behalf_of <> voter_id", name=op.f("ck_review_votes_somebody_else")
        ),
        sa.ForeignKeyConstraint(
            ["review_item_id"],
            ["review_items.id"],
            name=op.f("fk_review_votes_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["voter_id"], ["users.id"], name=op.f("fk_review_votes_voter_id_users")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["users.id"], name=op.f("fk_review_votes_on_behalf_of_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_votes")),
    )
    op.create_index(op.f("ix_review_votes_voter_id"), "review_votes", ["voter_id"])
    op.create_index(
        "uq_review_votes_live",
        "review_votes",
        ["review_item_id", "voter_id"],
        unique=True,
        postgresql_where=sa.text("voided_at is null"),
    )


def _create_comments() -> None:
    op.create_table(
        "review_comments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_review_comments_draft_id_drafts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["review_item_id"],
            ["review_items.id"],
            name=op.f("fk_review_comments_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_review_comments_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comments")),
    )
    op.create_index(op.f("ix_review_comments_draft_id"), "review_comments", ["draft_id"])


def _create_delegations() -> None:
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("delegator_id", sa.String(), nullable=False),
        sa.Column("delegate_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_delegations_ends_after_it_starts")),
        sa.CheckConstraint("delegator_id <> delegate_id", name=op.f("ck_delegations_somebody_else")),
        sa.ForeignKeyConstraint(
            ["delegator_id"], ["users.id"], name=op.f("fk_delegations_delegator_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["users.id"], name=op.f("fk_delegations_delegate_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_delegations_created_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_delegator_id"), "delegations", ["delegator_id"])
    op.create_index(op.f("ix_delegations_delegate_id"), "delegations", ["delegate_id"])


def _bring_requirements_up_to_date() -> None:
    """Undecided items are held until the policy is applied to them anew."""
    op.execute(
        """
        update review_items set requirement = (requirement - 'roles') || jsonb_build_object(
            'rule', case when state = 'pending' then 'hold' else requirement ->> 'rule' end,
            'self_review', state <> 'pending' and (requirement ->> 'self_review')::boolean,
            'steps', case
                when state = 'pending' or jsonb_array_length(requirement -> 'roles') = 0 then '[]'::jsonb
                else jsonb_build_array(jsonb_build_object('roles', requirement -> 'roles', 'approvers', 1))
            end
        )
        """
    )


def _end_approvals_of_before() -> None:
    """Approvals of before do not release.

    What may have left stays as it is until somebody says what became of it: stale, it could be filed again and leave
    a second time.
    """
    op.execute(
        "update review_items set state = 'stale', state_reason = 'policy_changed' "
        "where state in ('approved', 'release_failed') and not exists (select from releases "
        "where review_item_id = review_items.id and state not in ('queued', 'failed'))"
    )
    op.execute("update releases set state = 'recalled' where state in ('queued', 'failed')")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
