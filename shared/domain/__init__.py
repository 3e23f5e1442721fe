"""The pure centre: values in, values out. No I/O, no framework, no clock; `now` is always a parameter."""
