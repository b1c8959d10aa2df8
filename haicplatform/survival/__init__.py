"""Survival statistics as pure functions: arrays or frames in, small frozen results out.

Belongs here: estimators and tests, each held to a named reference (R survival, metafor, coxphf, MatchIt, cmprsk, mice).
Does not belong here: reading or writing anything, studies, hospitals, formatting, figures.
"""

from haicplatform.survival.agreement import Kappa, kappa, kappa_of_pairs
from haicplatform.survival.comparison import Contrast, FixedTime, LogRank, compare_at, compare_rmst, logrank
from haicplatform.survival.competing import CumulativeIncidence, Gray, cumulative_incidence, gray
from haicplatform.survival.concordance import Concordance
from haicplatform.survival.cox import Coefficients, Cox, Test, cox, cox_or_firth
from haicplatform.survival.curves import FollowUp, KaplanMeier, Quantile, RestrictedMean, follow_up, kaplan_meier
from haicplatform.survival.design import Frame
from haicplatform.survival.imputation import Imputed, cox_imputed, impute, rubin, seed_of, too_missing
from haicplatform.survival.interaction import Interaction, interaction
from haicplatform.survival.matching import Matching, match
from haicplatform.survival.pooling import Pooled, pool
from haicplatform.survival.propensity import Propensity, balance, balancing_weights, effective_sizes, propensity
from haicplatform.survival.subdistribution import FineGray, fine_gray

__all__ = [
    "Coefficients",
    "Concordance",
    "Contrast",
    "Cox",
    "CumulativeIncidence",
    "FineGray",
    "FixedTime",
    "FollowUp",
    "Frame",
    "Gray",
    "Imputed",
    "Interaction",
    "KaplanMeier",
    "Kappa",
    "LogRank",
    "Matching",
    "Pooled",
    "Propensity",
    "Quantile",
    "RestrictedMean",
    "Test",
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
