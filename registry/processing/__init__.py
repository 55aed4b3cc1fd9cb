"""Processing: the record of processing activities, and what the GDPR asks of each.

Source of law: GDPR art. 5, 6, 9, 10, 13 to 22, 30, 32, 44 to 49; law 78-17.
It knows datasets and their fields, systems and bodies; what stands beside an activity (impact assessments, breaches,
requests, processors) stands in a corner of it. It renders no document.
"""
