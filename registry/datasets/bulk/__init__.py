"""Changing many sheets at once: what it would do is shown before, and one undo brings all back."""
