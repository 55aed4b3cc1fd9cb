"""Reporting: finds the reports of `reports/`, renders them, seals them and keeps what was issued.

A report is a folder: its content (frozen values, with a canonical JSON twin), a template, a style sheet
and a sample. This room turns a content into a document, PDF or page, in a process apart; it never imports
a report, it finds it by its folder.

Law: loi 2005-102 art. 47 and decree 2019-768 (accessible documents), ISO 19005-3 (PDF/A-3),
ISO 14289-1 (PDF/UA-1).
"""
