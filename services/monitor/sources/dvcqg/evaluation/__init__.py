"""The portal's public evaluation: its own scores of the 766 index, for everyone to read."""
