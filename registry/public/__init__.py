"""The published part of the registry, for whoever has no account: pages in plain words, and feeds for portals.

It reads as the role of the public, which the database lets see published rows alone; what is public is not decided here
but by the view `public_dataset` (decision 47). It knows no person, no account and no stage.
Law: CRPA L312-1-1 (what is put online) and L322-6 (the directory of public information).
"""
