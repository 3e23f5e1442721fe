"""Telling others: from the outbox to what is on its way, from there to each receiver, signed, guarded, in order, tried again."""
