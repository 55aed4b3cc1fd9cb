"""Legal texts: the articles that policies rest on, their dated official versions, and the legal watch.

What it holds of a text was read from a file of the LEGI base that somebody gave: nothing is fetched, nothing is written
by hand. It knows no policy: which of them rest on an article, and how many records they judge, is handed over from
above. Source of law: base LEGI of the DILA, licence ouverte 2.0 (CRPA D323-2-1).
"""
