"""Datasets: what the authority holds, described as DCAT-AP 3 asks, and who answers for it.

Source of law: CRPA L312-1-1 (what is put online), L322-6 (directory), GDPR art. 4 and 30.
It knows no contract, no processing activity and no report: those rooms know it.
"""
