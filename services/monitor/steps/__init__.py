"""What the monitor does, step by step. A step owns its transactions; no network inside one."""
