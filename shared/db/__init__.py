"""PostgreSQL: the only place that writes SQL. `stores` write, `views` read; neither commits, the caller owns the transaction."""
