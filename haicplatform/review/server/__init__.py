"""The application put together: log-in, guard, sockets, logs, what goes in and out as a file.

Belongs here: what stands between the network and the pages. Does not belong here: any page.
"""
