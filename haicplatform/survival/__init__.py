"""Survival statistics as pure functions: arrays or frames in, small frozen results out.

Belongs here: estimators and tests, each held to a named reference (R survival, metafor, coxphf, MatchIt, cmprsk, mice).
Does not belong here: reading or writing anything, studies, hospitals, formatting, figures.
"""

from haicplatform.survival.agreement import Kappa, kappa, kappa_of_pairs
from haicplatform.survival.comparison import LogRank, compare_at, compare_rmst, logrank
from haicplatform.survival.competing import CumulativeIncidence, Gray, cumulative_incidence, gray
from haicplatform.survival.cox import Cox, cox, cox_or_firth
from haicplatform.survival.curves import FollowUp, KaplanMeier, follow_up, kaplan_meier
from haicplatform.survival.imputation import Imputed, cox_imputed, impute, rubin, seed_of, too_missing
from haicplatform.survival.interaction import Interaction, interaction
from haicplatform.survival.matching import Matching, match
from haicplatform.survival.pooling import Pooled, pool
from haicplatform.survival.propensity import Propensity, balance, balancing_weights, effective_sizes, propensity
from haicplatform.survival.subdistribution import FineGray, fine_gray

__all__ = [
    "Cox",
    "CumulativeIncidence",
    "FineGray",
    "FollowUp",
    "Gray",
    "Imputed",
    "Interaction",
    "KaplanMeier",
    "Kappa",
    "LogRank",
    "Matching",
    "Pooled",
    "Propensity",
    "balance",
    "balancing_weights",
    "compare_at",
    "compare_rmst",
    "cox",
    "cox_imputed",
    "cox_or_firth",
    "cumulative_incidence",
    "effective_sizes",
    "fine_gray",
    "follow_up",
    "gray",
    "impute",
    "interaction",
    "kaplan_meier",
    "kappa",
    "kappa_of_pairs",
    "logrank",
    "match",
    "pool",
    "propensity",
    "rubin",
    "seed_of",
    "too_missing",
]
