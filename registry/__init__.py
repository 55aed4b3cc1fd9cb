"""Beffroi: the data-governance registry of French local authorities."""
