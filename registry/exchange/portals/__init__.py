"""Reading and asking portals: CKAN, udata and OpenDataSoft, from files and from addresses, through one gate."""
