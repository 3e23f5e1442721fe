"""The outside systems. One package each: client (I/O), wire (their JSON), mapping (pure translation to the domain)."""
