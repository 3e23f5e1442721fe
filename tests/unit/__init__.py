"""Tests of the pure centre: values in, values out."""
