"""Telling others: from the outbox to what is on its way, and from there to each receiver."""
