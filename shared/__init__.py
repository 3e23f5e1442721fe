"""What the services share: the domain, the database, configuration and logging."""
