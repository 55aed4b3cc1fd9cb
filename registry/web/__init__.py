"""The web: a request from its rights to its answer, forms, pages, security headers, static files.

It knows no room: each hands over its routes, panels and templates when the application is assembled.
"""
