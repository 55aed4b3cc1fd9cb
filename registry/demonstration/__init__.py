"""The demonstration: two invented years of a real authority's register, opened at once for a visit.

Its content is data (`content.yaml`, and one file per service in `sheets/`), read through the same forms as
everybody's and played through the same services, in the one transaction the ledger lets bear other dates than
the clock's. Source of law: none; a registry it fills says on every page and document that all is fictional.
It must not know: the web.
"""
