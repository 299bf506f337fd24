"""Vectors of account passages, statistics of the lexical index, tombstones of shared vectors."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Approximate indexes are needed by viewers who see very many accounts; the others are served exactly.
INDEXED_DIMENSIONS = (384, 512, 1536)


def upgrade() -> None:
    op.add_column("passages", sa.Column("words", sa.Integer(), server_default="0", nullable=False))
    # Searches must not read through a list of entries that nobody has merged yet.
    op.execute("alter index ix_passages_search set (fastupdate = off)")
    op.create_index(op.f("ix_passages_embedded_with"), "passages", ["embedded_with"])
    op.create_table(
        "passage_vectors",
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name=op.f("fk_passage_vectors_passage_id_passages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passage_vectors_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_passage_vectors")),
    )
    # A search looks up every account that its viewer may see: a hash takes three quarters of a tree's time.
    op.create_index(op.f("ix_passage_vectors_account_id"), "passage_vectors", ["account_id"], postgresql_using="hash")
    # Half-precision vectors up to this size fit beside their key; out-of-line storage would double the reads.
    op.execute("alter table passage_vectors alter column embedding set storage main")
    for dimension in INDEXED_DIMENSIONS:
        op.execute(
            f"create index ix_passage_vectors_hnsw_{dimension} on passage_vectors "
            f"using hnsw ((embedding::halfvec({dimension})) halfvec_ip_ops) "
            f"where vector_dims(embedding) = {dimension}"
        )
    op.create_table(
        "vector_tombstones",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_tombstones")),
    )
    op.execute(
        """
        create function bury_shared_passage() returns trigger language plpgsql as $$
        begin
            insert into vector_tombstones (passage_id, visibility) values (old.id, old.visibility);
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger passages_bury after delete on passages for each row "
        "when (old.visibility is not null) execute function bury_shared_passage()"
    )
    op.create_table(
        "lexeme_statistics",
        sa.Column("lexeme", sa.String(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lexeme", name=op.f("pk_lexeme_statistics")),
    )
    # The visibility rule compares owners in lower case, and wants nothing but ids. `owner_email` is included because
    # the planner reads an index alone only if it holds the columns that its expressions are made of.
    op.execute("create index ix_accounts_owner_lower on accounts (lower(owner_email)) include (id, owner_email)")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead; migrations only go forward")
