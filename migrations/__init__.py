"""The schema's history, written with Alembic. Run by `watch766 migrate`."""
