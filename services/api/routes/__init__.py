"""One module per resource. Paths are written out in full, so that a log line can be found by the path it names."""
