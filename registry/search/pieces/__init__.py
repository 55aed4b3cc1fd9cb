"""The texts of the pieces of contracts: read in a process apart, kept page by page, looked for by their words.

Source: none in law. The text is a copy made to be searched: the file alone proves something, and the text can be read
again from it. Whoever may not read a piece is shown nothing of its text: the tables answer as `stored_file` does.
"""
