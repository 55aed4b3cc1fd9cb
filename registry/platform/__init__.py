"""Platform: settings, embedded PostgreSQL, database, files, jobs, mail and clock.

Everything that touches the machine; nothing that knows a legal notion.
"""
