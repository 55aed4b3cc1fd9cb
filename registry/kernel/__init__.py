"""Kernel: dates, delays, identifiers, permissions, errors and words, as pure values.

It knows neither the database nor the web nor the clock: a date is always a parameter.
"""
