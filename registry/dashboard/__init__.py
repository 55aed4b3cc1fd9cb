"""The directors' page: five figures with their trend, the gravest risks, the stages, how services stand.

Source of law: none of its own; each figure counts findings, and opens the very list that it counts. It must not know
how a finding is reached, and keeps nothing but what the history of findings says, month by month.
"""
