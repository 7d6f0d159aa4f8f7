"""Compounds that are known to shine in cells: where they emit, and who measured it."""

from __future__ import annotations

import re
from typing import NamedTuple


class FluorescentCompound(NamedTuple):
    """A compound's names, the laser that excites it, where it emits, and a source."""

    names: tuple[str, ...]
    excited_nm: str
    emits: str
    source: str


_ANTHRACYCLINES = "Catitti G et al. Curr Issues Mol Biol 45:164 (2022), doi 10.3390/cimb45010013"
_DAUNORUBICIN = "Nooter K et al. Cancer Res 43:5126 (1983): excited at 488 nm, dead cells several times brighter"
_EFFLUX = "Garcia-Escarp M et al. Cytometry A 62:129 (2004): followed in cells by flow cytometry"
_SN38 = "Int J Nanomedicine 13:5301 (2018), doi 10.2147/IJN.S166219: uptake of SN-38 by flow cytometry"

FLUORESCENT_COMPOUNDS = (
    FluorescentCompound(("doxorubicin", "adriamycin", "doxil", "caelyx"), "488", "550 to 700 nm", _ANTHRACYCLINES),
    FluorescentCompound(("epirubicin",), "488", "550 to 700 nm", _ANTHRACYCLINES),
    FluorescentCompound(("daunorubicin", "daunomycin"), "488", "550 to 700 nm", _DAUNORUBICIN),
    FluorescentCompound(("idarubicin",), "488", "550 to 700 nm", "an anthracycline: as daunorubicin"),
    FluorescentCompound(("mitoxantrone",), "633", "660 to 720 nm", _EFFLUX),
    FluorescentCompound(("sn38",), "355 to 405", "430 to 570 nm", _SN38),
    FluorescentCompound(("irinotecan", "cpt11"), "355 to 405", "420 to 540 nm", f"gives SN-38 in cells: {_SN38}"),
    FluorescentCompound(
        ("topotecan", "hycamtin"),
        "355 to 405, weakly 488",
        "500 to 560 nm",
        "Hendricks CB et al. Effect of P-glycoprotein expression on the accumulation and cytotoxicity of topotecan",
    ),
    FluorescentCompound(("camptothecin",), "355 to 405", "420 to 500 nm", "parent of topotecan and SN-38"),
    FluorescentCompound(
        ("curcumin",),
        "405 to 488",
        "500 to 560 nm",
        "Kunwar A et al. Biochim Biophys Acta 1780:673 (2008), doi 10.1016/j.bbagen.2007.11.016",
    ),
    FluorescentCompound(
        ("sunitinib", "sutent"),
        "405 to 488",
        "500 to 580 nm",
        "Nowak-Sliwinska P et al. Cell Death Dis 6:e1641 (2015), doi 10.1038/cddis.2015.4",
    ),
)


def known_fluorescence(compound: str) -> FluorescentCompound | None:
    """Return the entry of a compound that is known to shine, None for any other.

    Salts, case, hyphens and what stands beside the name (`Doxorubicin HCl`, `SN-38`) do not matter.

    Examples
    --------
    >>> known_fluorescence("SN-38").emits, known_fluorescence("cisplatin")
    ('430 to 570 nm', None)
    """
    bare = re.sub(r"[^a-z0-9]", "", compound.casefold())
    return next((entry for entry in FLUORESCENT_COMPOUNDS if any(name in bare for name in entry.names)), None)
