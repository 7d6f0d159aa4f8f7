"""Platinum drugs by class or name: dimethyl sulfoxide replaces their ligands and takes their activity.

References
----------
M. D. Hall et al., Say no to DMSO: dimethylsulfoxide inactivates cisplatin, carboplatin, and other platinum complexes,
Cancer Res. 74, 3913 (2014), doi 10.1158/0008-5472.CAN-14-0247.
"""

from __future__ import annotations

import re

_NAMES = re.compile("platin|eloxatin", re.IGNORECASE)  # every generic name ends in -platin
_SYNONYMS = {"cddp", "ddp", "cisddp", "cispt", "cbdca", "lohp", "nddp", "dachpt", "254s", "jm8", "jm216", "zd0473"}
_DMSO = re.compile(r"dmso|dimethyl ?sul(f|ph)oxide|me2so|methyl sul(f|ph)oxide", re.IGNORECASE)


def is_platinum(name: str, drug_class: str = "") -> bool:
    """Say whether a compound is a platinum complex, by its class or its name.

    Examples
    --------
    >>> [is_platinum(name) for name in ("cisplatin", "CDDP", "cis-DDP", "Nedaplatin (254-S)", "paclitaxel")]
    [True, True, True, True, False]
    >>> is_platinum("compound 7", "platinum")
    True
    """
    plain = re.sub(r"[\W_]", "", name).casefold()
    return plain in _SYNONYMS or bool(_NAMES.search(name)) or drug_class.casefold().startswith(("platin", "pt("))


def is_dmso(vehicle: str) -> bool:
    """Say whether a vehicle is, or holds, dimethyl sulfoxide.

    Examples
    --------
    >>> is_dmso("DMSO (cell culture grade)"), is_dmso("DMF"), is_dmso("dimethylsulphoxide")
    (True, False, True)
    """
    return bool(_DMSO.search(vehicle))
