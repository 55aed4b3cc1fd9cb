"""Exchange: what comes in from other catalogues and what goes out to them, one module per format.

Reading is apart from writing: a file is read whole into plain values (`ReadCatalogue`) in a child process
that has limits and no network, before anything is compared with the register. Every triple of the file is
accounted for: kept somewhere, set aside with a reason, or listed as having no home yet.

Formats: DCAT-AP 3 and what real portals write under that name (RDF/XML, Turtle, N-Triples, N-Quads, TriG,
JSON-LD). It must not know: pages, reports, search.
"""
