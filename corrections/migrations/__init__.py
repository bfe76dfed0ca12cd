"""The steps from one form of the table to the next, one file each, run by Alembic (corrections/migrate.py)."""
