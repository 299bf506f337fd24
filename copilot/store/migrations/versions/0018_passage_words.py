"""Vectors of the words of shared passages; they go with the text that they were made of."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passage_words",
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_passage_words_passage_id_passages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_passage_words")),
    )
    # Numbers of this kind do not get smaller, and trying takes longer than reading them.
    op.execute("alter table passage_words alter column content set storage external")
    # A changed passage loses its mark of being indexed (see `erasure_documents`): what was made of its text goes too.
    op.execute(
        """
        create function forget_passage_words() returns trigger language plpgsql as $$
        begin
            delete from public.passage_words where passage_id = new.id;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger passages_forget_words after update on passages for each row "
        "when (new.embedded_with is null or new.text <> old.text) execute function forget_passage_words()"
    )


def downgrade() -> None:
    op.execute("drop trigger passages_forget_words on passages")
    op.execute("drop function forget_passage_words()")
    op.drop_table("passage_words")
