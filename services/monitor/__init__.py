"""The monitor: polls the outside systems, reviews what is due, keeps the alerts."""
