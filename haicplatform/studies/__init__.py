"""Study files: who is in, which endpoints, which analyses; one file a study beside the model.

Belongs here: the model of a study file, its contradictions, what SQL gets of it, its relations. Does not belong here:
any clinical number, statistics (survival), estimates (estimation).
In: YAML. Out: a Study, schema `study`.
"""
