"""How far a ratio of hazards is believed.

Belongs here: the one limit that both the estimation of ratios and the words about them need; who only reads the words
must not load statistics. Does not belong here: how a ratio is printed (estimation.ratios).
"""

# a ratio or a bound beyond this, or below its inverse, tells of the covariate's unit and not of its effect
FURTHEST = 1e8
