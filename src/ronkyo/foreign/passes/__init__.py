"""Small passes over the tree of somebody else's report; arrange.py lists them in their order."""
