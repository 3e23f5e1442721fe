"""Writing. A store never commits: the step that calls it owns the transaction."""
