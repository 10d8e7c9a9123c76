"""Alembic's migrations, one file a version of the schema; released ones never change."""
