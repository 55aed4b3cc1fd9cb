"""Looking for datasets by their words: an index that follows the ledger, and what is asked of it.

Source: none in law; CRPA L322-6 asks that public information can be found. The index is a projection: it can be
thrown away, and is rebuilt from the tables. It holds numbers, stems and codes, never a text to show: each word a
page shows comes from a row that row-level security let the asker read. The room must not know who the asker is
beyond the organisations they read, and writes nothing of record.
"""
