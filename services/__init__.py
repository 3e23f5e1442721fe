"""The programs: API, monitor, simulator and the command `watch766`."""
