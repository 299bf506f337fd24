"""PostgreSQL and the vector index. The only package that imports SQLAlchemy."""
