"""Reading catalogues written in RDF (DCAT-AP, in any of its syntaxes), in a process apart."""
