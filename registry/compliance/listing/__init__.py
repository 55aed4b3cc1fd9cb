"""The list of findings, narrowed facet by facet, and the ready lists of each role."""
