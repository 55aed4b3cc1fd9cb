"""The list of datasets as a spreadsheet: facets and their counts, columns, saved views, cells edited in place."""
