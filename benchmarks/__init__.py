"""What is claimed of speed, measured: each figure beside its ceiling of the same run."""
