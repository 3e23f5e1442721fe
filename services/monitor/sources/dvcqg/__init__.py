"""The national public service portal, through its integration gateway."""
