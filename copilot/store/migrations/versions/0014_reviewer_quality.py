"""Test items with a planted fault, which can never be released; when an item was first opened."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_items", sa.Column("is_test", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "planted_faults",
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("source_item_id", sa.String(), nullable=False),
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("planted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "outcome is null or outcome in ('caught','missed','lapsed')", name=op.f("ck_planted_faults_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["review_item_id"],
            ["review_items.id"],
            name=op.f("fk_planted_faults_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_item_id"],
            ["review_items.id"],
            name=op.f("fk_planted_faults_source_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_planted_faults_settled_by_users")),
        sa.PrimaryKeyConstraint("review_item_id", name=op.f("pk_planted_faults")),
    )
    op.create_index("uq_planted_faults_source", "planted_faults", ["source_item_id"], unique=True)
    op.create_index(op.f("ix_planted_faults_settled_by"), "planted_faults", ["settled_by"])
    op.create_table(
        "review_openings",
        sa.Column("review_item_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_item_id"],
            ["review_items.id"],
            name=op.f("fk_review_openings_review_item_id_review_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["users.id"], name=op.f("fk_review_openings_viewer_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_item_id", "viewer_id", name=op.f("pk_review_openings")),
    )
    op.create_index(op.f("ix_review_openings_viewer_id"), "review_openings", ["viewer_id"])
    _refuse_releases_of_test_items()


def _refuse_releases_of_test_items() -> None:
    """The database itself refuses them, whatever the code above it does."""
    op.execute(
        """
        create function test_items_are_never_released() returns trigger language plpgsql as $$
        begin
            if exists (select 1 from public.review_items where id = new.review_item_id and is_test) then
                raise exception 'a test item is never released' using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger releases_no_test_items before insert or update on releases "
        "for each row execute function test_items_are_never_released()"
    )
    op.execute(
        """
        create function test_items_stay_test_items() returns trigger language plpgsql as $$
        begin
            if old.is_test and not new.is_test then
                raise exception 'a test item stays one' using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger review_items_test_stays before update of is_test on review_items "
        "for each row execute function test_items_stay_test_items()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
