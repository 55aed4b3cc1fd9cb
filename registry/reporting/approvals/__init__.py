"""Drafts of documents: annotated, approved or sent back by legal staff, before a final one is issued.

Who asked for a draft never approves it: the service and the database both refuse.
"""
