"""Site files: everything the platform knows about one hospital; one folder a hospital beside the model.

Belongs here: the model of a site file, its terms, its row templates, finding and reading it. Does not belong here:
delivered files (ingest), comparing both (onboarding).
In: YAML. Out: a Site.
"""
