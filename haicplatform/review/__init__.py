"""The data managers' web application: pages over what the platform found, asked and decided.

Belongs here: what pages ask, how they look, who may see them. Does not belong here: any rule about data, any action
that the command line does not have.
In: the ledger, the published warehouse. Out: pages on 127.0.0.1.
"""
