"""Delays that run: how long is left, by how much one is passed, and how it was counted, in a sentence."""
