"""Names of FCS files as laboratories write them, with what each one tells: the truth of `drafted_studies`.

One habit is one folder. A line is `path => role | cell line | arm | agents | hours | replicate | well`; empty is what
the name does not tell, `?` what no reader could know and has to ask. Agents are joined with ` + `, each with dose and unit.
`HELD_OUT` was written before `SEEN`, and the reader was mended by `SEEN` alone.
"""

# ruff: noqa: E501  # a name and its truth stand on one line

from __future__ import annotations

HELD_OUT: dict[str, str] = {
    "german, a folder an experiment": """
Versuch_1/ECA109_ungefärbt.fcs => unstained | ECA109 ||| | 1
Versuch_1/ECA109_nur Annexin.fcs => annexin_only | ECA109 ||| | 1
Versuch_1/ECA109_nur PI.fcs => dye_only | ECA109 ||| | 1
Versuch_1/ECA109_unbehandelt_48 Std.fcs => untreated | ECA109 ||| 48 | 1
Versuch_1/ECA109_Lösungsmittel_48 Std.fcs => vehicle | ECA109 ||| 48 | 1
Versuch_1/ECA109_Cisplatin 2,5µM_48 Std.fcs => treated | ECA109 || cisplatin 2.5 uM | 48 | 1
Versuch_1/ECA109_Cisplatin 10µM_48 Std.fcs => treated | ECA109 || cisplatin 10 uM | 48 | 1
Versuch_2/ECA109_ungefärbt.fcs => unstained | ECA109 ||| | 2
Versuch_2/ECA109_unbehandelt_48 Std.fcs => untreated | ECA109 ||| 48 | 2
Versuch_2/ECA109_Cisplatin 10µM_48 Std.fcs => treated | ECA109 || cisplatin 10 uM | 48 | 2
""",
    "plus-joined, short units": """
MDA231_unst_n1.fcs => unstained | MDA231 |||| 1
MDA231_AnnV only_n1.fcs => annexin_only | MDA231 |||| 1
MDA231_PI only_n1.fcs => dye_only | MDA231 |||| 1
MDA231_DMSO_n1.fcs => vehicle | MDA231 || DMSO || 1
MDA231_LCL161 500nM_n1.fcs => treated | MDA231 || LCL161 500 nM || 1
MDA231_TNFa 10ngml_n1.fcs => treated | MDA231 || TNF-alpha 10 ng/mL || 1
MDA231_LCL161 500nM+TNFa 10ngml_n1.fcs => treated | MDA231 || LCL161 500 nM + TNF-alpha 10 ng/mL || 1
MDA231_DMSO_n2.fcs => vehicle | MDA231 || DMSO || 2
MDA231_LCL161 500nM+TNFa 10ngml_n2.fcs => treated | MDA231 || LCL161 500 nM + TNF-alpha 10 ng/mL || 2
""",
    "instrument default": """
Specimen_001_Tube_001_001.fcs => ? ||||||
Specimen_001_Tube_002_002.fcs => ? ||||||
Specimen_001_Tube_003_003.fcs => ? ||||||
Specimen_001_Tube_004_004.fcs => ? ||||||
""",
    "well first, a plate loader": """
A01 unstained.fcs => unstained |||||| A1
A02 FITC only.fcs => annexin_only |||||| A2
A03 PI only.fcs => dye_only |||||| A3
A04 heat shock.fcs => positive |||||| A4
B01 DMSO.fcs => vehicle ||| DMSO ||| B1
B02 Birinapant 10 nM.fcs => treated ||| birinapant 10 nM ||| B2
B03 Birinapant 100 nM.fcs => treated ||| birinapant 100 nM ||| B3
B04 Birinapant 1 uM.fcs => treated ||| birinapant 1 uM ||| B4
""",
    "date first, experiment last": """
20230412_HeLa_unstained_exp3.fcs => unstained | HeLa |||| 3
20230412_HeLa_AnxV_exp3.fcs => annexin_only | HeLa |||| 3
20230412_HeLa_PI_exp3.fcs => dye_only | HeLa |||| 3
20230412_HeLa_NT_t24_exp3.fcs => untreated | HeLa ||| 24 | 3
20230412_HeLa_BV6_0.5uM_t24_exp3.fcs => treated | HeLa || BV6 0.5 uM | 24 | 3
20230412_HeLa_BV6_0.5uM_t48_exp3.fcs => treated | HeLa || BV6 0.5 uM | 48 | 3
20230426_HeLa_NT_t24_exp4.fcs => untreated | HeLa ||| 24 | 4
20230426_HeLa_BV6_0.5uM_t24_exp4.fcs => treated | HeLa || BV6 0.5 uM | 24 | 4
""",
    "initials and book page": """
EB_045_HT29_UT_24h.fcs => untreated | HT29 ||| 24 |
EB_045_HT29_5FU_50uM_24h.fcs => treated | HT29 || 5-FU 50 uM | 24 |
EB_045_HT29_SMAC_1uM_24h.fcs => treated | HT29 || Smac mimetic 1 uM | 24 |
EB_045_HT29_5FU_50uM_SMAC_1uM_24h.fcs => treated | HT29 || 5-FU 50 uM + Smac mimetic 1 uM | 24 |
EB_045_HT29_US.fcs => unstained | HT29 |||| 
EB_045_HT29_AV.fcs => annexin_only | HT29 |||| 
EB_045_HT29_PI.fcs => dye_only | HT29 |||| 
""",
    "fmo": """
FMO PI.fcs => annexin_only ||||||
FMO Annexin.fcs => dye_only ||||||
Unstained cells.fcs => unstained ||||||
A549 control 48hr.fcs => untreated | A549 ||| 48 |
A549 paclitaxel 5nM 48hr.fcs => treated | A549 || paclitaxel 5 nM | 48 |
A549 paclitaxel 50nM 48hr.fcs => treated | A549 || paclitaxel 50 nM | 48 |
""",
    "days behind a number": """
Jurkat ctrl 1d rep1.fcs => untreated | Jurkat ||| 24 | 1
Jurkat ctrl 2d rep1.fcs => untreated | Jurkat ||| 48 | 1
Jurkat etoposide 1 uM 1d rep1.fcs => treated | Jurkat || etoposide 1 uM | 24 | 1
Jurkat etoposide 1 uM 2d rep1.fcs => treated | Jurkat || etoposide 1 uM | 48 | 1
Jurkat etoposide 1 uM 1d rep2.fcs => treated | Jurkat || etoposide 1 uM | 24 | 2
Jurkat etoposide 1 uM 2d rep2.fcs => treated | Jurkat || etoposide 1 uM | 48 | 2
""",
    "number sign": """
KYSE150 #1 mock.fcs => untreated | KYSE150 |||| 1
KYSE150 #1 CDDP 20uM.fcs => treated | KYSE150 || cisplatin 20 uM || 1
KYSE150 #1 Smac-N7 25uM.fcs => treated | KYSE150 || Smac-N7 25 uM || 1
KYSE150 #1 Smac-N7 25uM & CDDP 20uM.fcs => treated | KYSE150 || Smac-N7 25 uM + cisplatin 20 uM || 1
KYSE150 #2 mock.fcs => untreated | KYSE150 |||| 2
KYSE150 #2 CDDP 20uM.fcs => treated | KYSE150 || cisplatin 20 uM || 2
KYSE150 #2 Smac-N7 25uM & CDDP 20uM.fcs => treated | KYSE150 || Smac-N7 25 uM + cisplatin 20 uM || 2
""",
    "silenced cells": """
HCT116_siCtrl_NT_r1.fcs => untreated | HCT116 | siCtrl ||| 1
HCT116_siXIAP_NT_r1.fcs => untreated | HCT116 | siXIAP ||| 1
HCT116_siCtrl_SM164_100nM_r1.fcs => treated | HCT116 | siCtrl | SM-164 100 nM || 1
HCT116_siXIAP_SM164_100nM_r1.fcs => treated | HCT116 | siXIAP | SM-164 100 nM || 1
HCT116_siCtrl_SM164_100nM_r2.fcs => treated | HCT116 | siCtrl | SM-164 100 nM || 2
HCT116_siXIAP_SM164_100nM_r2.fcs => treated | HCT116 | siXIAP | SM-164 100 nM || 2
""",
    "french": """
HepG2 non marqué.fcs => unstained | HepG2 |||| 
HepG2 annexine seule.fcs => annexin_only | HepG2 |||| 
HepG2 IP seul.fcs => dye_only | HepG2 |||| 
HepG2 témoin 24h.fcs => untreated | HepG2 ||| 24 |
HepG2 doxorubicine 0,5 µM 24h.fcs => treated | HepG2 || doxorubicin 0.5 uM | 24 |
HepG2 doxorubicine 1 µM 24h.fcs => treated | HepG2 || doxorubicin 1 uM | 24 |
""",
    "camel case": """
HeLaUnstainedRep1.fcs => unstained | HeLa |||| 1
HeLaAnnexinOnlyRep1.fcs => annexin_only | HeLa |||| 1
HeLaPIOnlyRep1.fcs => dye_only | HeLa |||| 1
HeLaDMSO24hRep1.fcs => vehicle | HeLa || DMSO | 24 | 1
HeLaPaclitaxel10nM24hRep1.fcs => treated | HeLa || paclitaxel 10 nM | 24 | 1
HeLaPaclitaxel10nM24hRep2.fcs => treated | HeLa || paclitaxel 10 nM | 24 | 2
""",
    "folders of line and replicate": """
MCF7/rep1/Unstained.fcs => unstained | MCF7 |||| 1
MCF7/rep1/vehicle.fcs => vehicle | MCF7 |||| 1
MCF7/rep1/taxol 10 nM.fcs => treated | MCF7 || paclitaxel 10 nM || 1
MCF7/rep2/vehicle.fcs => vehicle | MCF7 |||| 2
MCF7/rep2/taxol 10 nM.fcs => treated | MCF7 || paclitaxel 10 nM || 2
SKBR3/rep1/vehicle.fcs => vehicle | SKBR3 |||| 1
SKBR3/rep1/taxol 10 nM.fcs => treated | SKBR3 || paclitaxel 10 nM || 1
""",
    "three agents with hyphens": """
U937_medium.fcs => untreated | U937 |||| 
U937_TNF-10ng.fcs => treated | U937 || TNF-alpha 10 ng/mL || 
U937_BV6-1uM.fcs => treated | U937 || BV6 1 uM || 
U937_zVAD-20uM.fcs => treated | U937 || zVAD 20 uM || 
U937_BV6-1uM_TNF-10ng.fcs => treated | U937 || BV6 1 uM + TNF-alpha 10 ng/mL || 
U937_BV6-1uM_TNF-10ng_zVAD-20uM.fcs => treated | U937 || BV6 1 uM + TNF-alpha 10 ng/mL + zVAD 20 uM || 
""",
    "biological and technical": """
export_SW480_biol1_tech1_ctrl.fcs => untreated | SW480 |||| 1
export_SW480_biol1_tech2_ctrl.fcs => untreated | SW480 |||| 1
export_SW480_biol1_tech1_oxaliplatin_10uM.fcs => treated | SW480 || oxaliplatin 10 uM || 1
export_SW480_biol1_tech2_oxaliplatin_10uM.fcs => treated | SW480 || oxaliplatin 10 uM || 1
export_SW480_biol2_tech1_ctrl.fcs => untreated | SW480 |||| 2
export_SW480_biol2_tech1_oxaliplatin_10uM.fcs => treated | SW480 || oxaliplatin 10 uM || 2
""",
    "running number first": """
01 - Unstained - biol2.fcs => unstained ||||| 2
02 - Annexin V FITC single stain - biol2.fcs => annexin_only ||||| 2
03 - PI single stain - biol2.fcs => dye_only ||||| 2
04 - PBS (24 h) - biol2.fcs => vehicle ||| PBS | 24 | 2
05 - gemcitabine 100 nM (24 h) - biol2.fcs => treated ||| gemcitabine 100 nM | 24 | 2
06 - birinapant 50 nM (24 h) - biol2.fcs => treated ||| birinapant 50 nM | 24 | 2
07 - gemcitabine 100 nM + birinapant 50 nM (24 h) - biol2.fcs => treated ||| gemcitabine 100 nM + birinapant 50 nM | 24 | 2
""",
}

SEEN: dict[str, str] = {
    "plain english": """
ECA109 unstained rep1.fcs => unstained | ECA109 |||| 1
ECA109 annexin only rep1.fcs => annexin_only | ECA109 |||| 1
ECA109 PI only rep1.fcs => dye_only | ECA109 |||| 1
ECA109 untreated 24h rep1.fcs => untreated | ECA109 ||| 24 | 1
ECA109 cisplatin 5uM 24h rep1.fcs => treated | ECA109 || cisplatin 5 uM | 24 | 1
ECA109 cisplatin 5uM + birinapant 100nM 24h rep1.fcs => treated | ECA109 || cisplatin 5 uM + birinapant 100 nM | 24 | 1
ECA109 untreated 24h rep2.fcs => untreated | ECA109 ||| 24 | 2
ECA109 cisplatin 5uM 24h rep2.fcs => treated | ECA109 || cisplatin 5 uM | 24 | 2
""",
    "german, kontrolle": """
HeLa/Exp1/Kontrolle 24h.fcs => untreated | HeLa ||| 24 | 1
HeLa/Exp1/DMSO 24h.fcs => vehicle | HeLa || DMSO | 24 | 1
HeLa/Exp1/Paclitaxel 0,5uM 24h.fcs => treated | HeLa || paclitaxel 0.5 uM | 24 | 1
HeLa/Exp1/nur AnnexinV.fcs => annexin_only | HeLa |||| 1
HeLa/Exp1/nur Propidiumiodid.fcs => dye_only | HeLa |||| 1
HeLa/Exp1/ungefaerbt.fcs => unstained | HeLa |||| 1
HeLa/Exp2/Kontrolle 24h.fcs => untreated | HeLa ||| 24 | 2
HeLa/Exp2/Paclitaxel 0,5uM 24h.fcs => treated | HeLa || paclitaxel 0.5 uM | 24 | 2
""",
    "diva with a tube's name": """
Specimen_001_Unstained_001.fcs => unstained ||||||
Specimen_001_Annexin V only_002.fcs => annexin_only ||||||
Specimen_001_PI only_003.fcs => dye_only ||||||
Specimen_001_DMSO_004.fcs => vehicle ||| DMSO |||
Specimen_001_LCL161 1uM_005.fcs => treated ||| LCL161 1 uM |||
Specimen_001_LCL161 1uM TNF 10 ng_mL_006.fcs => treated ||| LCL161 1 uM + TNF-alpha 10 ng/mL |||
""",
    "wells of an instrument": """
01-Well-A1.fcs => ? |||||| A1
02-Well-A2.fcs => ? |||||| A2
03-Well-B1.fcs => ? |||||| B1
""",
    "decimal with p, hours with t": """
A375_t0_NT_n1.fcs => untreated | A375 ||| 0 | 1
A375_t24_NT_n1.fcs => untreated | A375 ||| 24 | 1
A375_t24_dox_0p5uM_n1.fcs => treated | A375 || doxorubicin 0.5 uM | 24 | 1
A375_t48_dox_0p5uM_n1.fcs => treated | A375 || doxorubicin 0.5 uM | 48 | 1
A375_t24_NT_n2.fcs => untreated | A375 ||| 24 | 2
A375_t24_dox_0p5uM_n2.fcs => treated | A375 || doxorubicin 0.5 uM | 24 | 2
""",
    "a folder a day": """
2024-03-01/Panc1_ctrl.fcs => untreated | Panc1 |||| 1
2024-03-01/Panc1_gem_1uM.fcs => treated | Panc1 || gemcitabine 1 uM || 1
2024-03-08/Panc1_ctrl.fcs => untreated | Panc1 |||| 2
2024-03-08/Panc1_gem_1uM.fcs => treated | Panc1 || gemcitabine 1 uM || 2
2024-03-15/Panc1_ctrl.fcs => untreated | Panc1 |||| 3
2024-03-15/Panc1_gem_1uM.fcs => treated | Panc1 || gemcitabine 1 uM || 3
""",
    "zVAD and Nec-1s": """
HT29 UT 16h rep1.fcs => untreated | HT29 ||| 16 | 1
HT29 TSZ TNFa 20ng-ml+birinapant 500nM+zVAD 20uM 16h rep1.fcs => treated | HT29 || TNF-alpha 20 ng/mL + birinapant 500 nM + zVAD 20 uM | 16 | 1
HT29 TNFa 20ng-ml + birinapant 500nM 16h rep1.fcs => treated | HT29 || TNF-alpha 20 ng/mL + birinapant 500 nM | 16 | 1
HT29 TNFa 20ng-ml 16h rep1.fcs => treated | HT29 || TNF-alpha 20 ng/mL | 16 | 1
HT29 Nec-1s 10uM 16h rep1.fcs => treated | HT29 || Nec-1s 10 uM | 16 | 1
""",
    "knock-out arms": """
HeLa WT DMSO 24h n1.fcs => vehicle | HeLa | WT | DMSO | 24 | 1
HeLa cIAP1 KO DMSO 24h n1.fcs => vehicle | HeLa | cIAP1 KO | DMSO | 24 | 1
HeLa WT BV6 1uM 24h n1.fcs => treated | HeLa | WT | BV6 1 uM | 24 | 1
HeLa cIAP1 KO BV6 1uM 24h n1.fcs => treated | HeLa | cIAP1 KO | BV6 1 uM | 24 | 1
HeLa WT BV6 1uM 24h n2.fcs => treated | HeLa | WT | BV6 1 uM | 24 | 2
HeLa cIAP1 KO BV6 1uM 24h n2.fcs => treated | HeLa | cIAP1 KO | BV6 1 uM | 24 | 2
""",
    "shRNA with hyphens": """
MDA-MB-231-shCtrl-NT-rep1.fcs => untreated | MDA-MB-231 | shCtrl ||| 1
MDA-MB-231-shcIAP2-NT-rep1.fcs => untreated | MDA-MB-231 | shcIAP2 ||| 1
MDA-MB-231-shCtrl-birinapant-1uM-rep1.fcs => treated | MDA-MB-231 | shCtrl | birinapant 1 uM || 1
MDA-MB-231-shcIAP2-birinapant-1uM-rep1.fcs => treated | MDA-MB-231 | shcIAP2 | birinapant 1 uM || 1
MDA-MB-231-shcIAP2-birinapant-1uM-rep2.fcs => treated | MDA-MB-231 | shcIAP2 | birinapant 1 uM || 2
""",
    "dose before drug": """
10uM CDDP ECA109 48h_1.fcs => treated | ECA109 || cisplatin 10 uM | 48 | 1
10uM CDDP ECA109 48h_2.fcs => treated | ECA109 || cisplatin 10 uM | 48 | 2
10uM CDDP ECA109 48h_3.fcs => treated | ECA109 || cisplatin 10 uM | 48 | 3
0uM CDDP ECA109 48h_1.fcs => untreated | ECA109 ||| 48 | 1
0uM CDDP ECA109 48h_2.fcs => untreated | ECA109 ||| 48 | 2
0uM CDDP ECA109 48h_3.fcs => untreated | ECA109 ||| 48 | 3
10uM CDDP 25uM Smac-N7 ECA109 48h_1.fcs => treated | ECA109 || cisplatin 10 uM + Smac-N7 25 uM | 48 | 1
""",
    "day first": """
day1 MCF7 veh rep1.fcs => vehicle | MCF7 ||| 24 | 1
day1 MCF7 palbociclib 1 uM rep1.fcs => treated | MCF7 || palbociclib 1 uM | 24 | 1
day3 MCF7 veh rep1.fcs => vehicle | MCF7 ||| 72 | 1
day3 MCF7 palbociclib 1 uM rep1.fcs => treated | MCF7 || palbociclib 1 uM | 72 | 1
day3 MCF7 palbociclib 1 uM rep2.fcs => treated | MCF7 || palbociclib 1 uM | 72 | 2
""",
    "fluorescence minus one, other dyes": """
FMO-7AAD.fcs => annexin_only ||||||
FMO-AnnV.fcs => dye_only ||||||
no stain.fcs => unstained ||||||
K562_imatinib_1uM_24h_Rep1.fcs => treated | K562 || imatinib 1 uM | 24 | 1
K562_imatinib_1uM_24h_Rep2.fcs => treated | K562 || imatinib 1 uM | 24 | 2
K562_solvent_24h_Rep1.fcs => vehicle | K562 ||| 24 | 1
""",
    "words at odds": """
U87 pos ctrl STS 1uM 6h.fcs => positive | U87 || staurosporine 1 uM | 6 |
U87 neg ctrl 6h.fcs => untreated | U87 ||| 6 |
U87 TMZ 100 uM 72h.fcs => treated | U87 || TMZ 100 uM | 72 |
U87 TMZ 500 uM 72h.fcs => treated | U87 || TMZ 500 uM | 72 |
""",
    "an unknown line and drug": """
OE33_compound17_2uM_24h_r1.fcs => treated | OE33 || compound17 2 uM | 24 | 1
OE33_compound17_8uM_24h_r1.fcs => treated | OE33 || compound17 8 uM | 24 | 1
OE33_mock_24h_r1.fcs => untreated | OE33 ||| 24 | 1
OE33_compound17_2uM_24h_r2.fcs => treated | OE33 || compound17 2 uM | 24 | 2
OE33_mock_24h_r2.fcs => untreated | OE33 ||| 24 | 2
""",
    "bare numbers": """
rep1_HeLa_cis_0.fcs => untreated | HeLa |||| 1
rep1_HeLa_cis_5.fcs => treated | HeLa || cisplatin 5 ? || 1
rep1_HeLa_cis_10.fcs => treated | HeLa || cisplatin 10 ? || 1
rep2_HeLa_cis_0.fcs => untreated | HeLa |||| 2
rep2_HeLa_cis_10.fcs => treated | HeLa || cisplatin 10 ? || 2
""",
    "upper case, underscored units": """
UNSTAINED_R1.FCS => unstained ||||| 1
FITC_ONLY_R1.FCS => annexin_only ||||| 1
PI_ONLY_R1.FCS => dye_only ||||| 1
JURKAT_SM164_0.5_UM_24H_R1.FCS => treated | Jurkat || SM-164 0.5 uM | 24 | 1
JURKAT_SM164_100_NM_24H_R1.FCS => treated | Jurkat || SM-164 100 nM | 24 | 1
JURKAT_UNTREATED_24H_R1.FCS => untreated | Jurkat ||| 24 | 1
""",
}

# Written once both halves above had been looked at; the reader was measured on it once before it was mended by it.
LATER: dict[str, str] = {
    "a well behind the name": """
01-Unstained-A1.fcs => unstained |||||| A1
02-PI-A2.fcs => dye_only |||||| A2
03-AnnexinV-A3.fcs => annexin_only |||||| A3
04-DMSO-A4.fcs => vehicle ||| DMSO ||| A4
05-Dox 1uM-A5.fcs => treated ||| doxorubicin 1 uM ||| A5
06-Dox 1uM-A6.fcs => treated ||| doxorubicin 1 uM ||| A6
""",
    "a well twice": """
Specimen_001_A1_A01_001.fcs => ? |||||| A1
Specimen_001_A2_A02_002.fcs => ? |||||| A2
Specimen_001_B10_B10_009.fcs => ? |||||| B10
""",
    "a date of an instrument": """
JD2021-03-11.0001.fcs => ? ||||||
JD2021-03-11.0002.fcs => ? ||||||
""",
    "plus and minus": """
L929 UT.fcs => untreated | L929 ||||
L929 +TNF -zVAD.fcs => treated | L929 || TNF-alpha ||
L929 +TNF +zVAD.fcs => treated | L929 || TNF-alpha + zVAD ||
L929 -TNF +zVAD.fcs => treated | L929 || zVAD ||
""",
    "doses in brackets": """
SW480_Ctrl_48h_N3.fcs => untreated | SW480 ||| 48 | 3
SW480_5-FU(50uM)_48h_N3.fcs => treated | SW480 || 5-FU 50 uM | 48 | 3
SW480_LCL161(1uM)_48h_N3.fcs => treated | SW480 || LCL161 1 uM | 48 | 3
SW480_5-FU(50uM)_LCL161(1uM)_48h_N3.fcs => treated | SW480 || 5-FU 50 uM + LCL161 1 uM | 48 | 3
SW480_5-FU(50uM)_LCL161(1uM)_48h_N4.fcs => treated | SW480 || 5-FU 50 uM + LCL161 1 uM | 48 | 4
""",
    "hyphens throughout": """
EC109-NC-24h-1.fcs => untreated | EC109 ||| 24 | 1
EC109-NC-24h-2.fcs => untreated | EC109 ||| 24 | 2
EC109-DDP-2.5ug-ml-24h-1.fcs => treated | EC109 || cisplatin 2.5 ug/mL | 24 | 1
EC109-DDP-2.5ug-ml-24h-2.fcs => treated | EC109 || cisplatin 2.5 ug/mL | 24 | 2
EC109-DDP-5ug-ml-24h-1.fcs => treated | EC109 || cisplatin 5 ug/mL | 24 | 1
EC109-DDP-5ug-ml-24h-2.fcs => treated | EC109 || cisplatin 5 ug/mL | 24 | 2
""",
    "words for signs": """
MDA-MB-231_Tax_1nM_plus_Bir_100nM_rep_1_72hrs.fcs => treated | MDA-MB-231 || paclitaxel 1 nM + birinapant 100 nM | 72 | 1
MDA-MB-231_Tax_1nM_rep_1_72hrs.fcs => treated | MDA-MB-231 || paclitaxel 1 nM | 72 | 1
MDA-MB-231_vehicle_rep_1_72hrs.fcs => vehicle | MDA-MB-231 ||| 72 | 1
MDA-MB-231_vehicle_rep_2_72hrs.fcs => vehicle | MDA-MB-231 ||| 72 | 2
""",
    "numbered oligos": """
HeLa siNT BV6 1uM n1.fcs => treated | HeLa | siNT | BV6 1 uM || 1
HeLa sicIAP1 #1 BV6 1uM n1.fcs => treated | HeLa | sicIAP1 #1 | BV6 1 uM || 1
HeLa sicIAP1 #2 BV6 1uM n1.fcs => treated | HeLa | sicIAP1 #2 | BV6 1 uM || 1
HeLa siNT DMSO n1.fcs => vehicle | HeLa | siNT | DMSO || 1
HeLa sicIAP1 #1 DMSO n1.fcs => vehicle | HeLa | sicIAP1 #1 | DMSO || 1
""",
    "folders of days and drugs": """
Day 2/Etoposide/10 uM.fcs => treated ||| etoposide 10 uM | 48 |
Day 2/Etoposide/30 uM.fcs => treated ||| etoposide 30 uM | 48 |
Day 2/Ctrl/DMSO.fcs => vehicle ||| DMSO | 48 |
Day 3/Etoposide/10 uM.fcs => treated ||| etoposide 10 uM | 72 |
Day 3/Etoposide/30 uM.fcs => treated ||| etoposide 30 uM | 72 |
Day 3/Ctrl/DMSO.fcs => vehicle ||| DMSO | 72 |
""",
    "polish and spanish": """
HeLa kontrola 24h.fcs => untreated | HeLa ||| 24 |
HeLa niebarwione.fcs => unstained | HeLa ||||
A549 sin tratar 24h.fcs => untreated | A549 ||| 24 |
A549 cisplatino 10 uM 24h.fcs => treated | A549 || cisplatin 10 uM | 24 |
A549 cisplatino 20 uM 24h.fcs => treated | A549 || cisplatin 20 uM | 24 |
""",
    "sequence and washout": """
HCT116 gem 50nM 24h then LCL161 1uM 48h r1.fcs => treated | HCT116 || gemcitabine 50 nM + LCL161 1 uM | ? | 1
HCT116 gem 50nM 72h r1.fcs => treated | HCT116 || gemcitabine 50 nM | 72 | 1
HCT116 LCL161 1uM 48h r1.fcs => treated | HCT116 || LCL161 1 uM | 48 | 1
HCT116 untr 72h r1.fcs => untreated | HCT116 ||| 72 | 1
""",
}

# Written last, when the reader had been mended by all of the above.
LAST: dict[str, str] = {
    "plate of a screen": """
Plate1_B02_Jurkat_ABT-737_0.1uM.fcs => treated | Jurkat || ABT-737 0.1 uM |||B2
Plate1_B03_Jurkat_ABT-737_1uM.fcs => treated | Jurkat || ABT-737 1 uM |||B3
Plate1_B04_Jurkat_S63845_50nM.fcs => treated | Jurkat || S63845 50 nM |||B4
Plate1_B05_Jurkat_S63845_50nM_ABT-737_1uM.fcs => treated | Jurkat || S63845 50 nM + ABT-737 1 uM |||B5
Plate1_H12_Jurkat_DMSO.fcs => vehicle | Jurkat || DMSO |||H12
""",
    "time first with minutes": """
0min_HL60_STS1uM_rep1.fcs => untreated | HL60 ||| 0 | 1
30min_HL60_STS1uM_rep1.fcs => positive | HL60 || staurosporine 1 uM | 0.5 | 1
240min_HL60_STS1uM_rep1.fcs => positive | HL60 || staurosporine 1 uM | 4 | 1
240min_HL60_STS1uM_rep2.fcs => positive | HL60 || staurosporine 1 uM | 4 | 2
""",
    "sentence": """
ECA109 cells treated with 5 uM cisplatin for 24 hours, replicate 1.fcs => treated | ECA109 || cisplatin 5 uM | 24 | 1
ECA109 cells treated with 10 uM cisplatin for 24 hours, replicate 1.fcs => treated | ECA109 || cisplatin 10 uM | 24 | 1
ECA109 cells treated with 5 uM cisplatin and 100 nM birinapant for 24 hours, replicate 1.fcs => treated | ECA109 || cisplatin 5 uM + birinapant 100 nM | 24 | 1
ECA109 cells without treatment for 24 hours, replicate 1.fcs => untreated | ECA109 ||| 24 | 1
ECA109 cells unstained, replicate 1.fcs => unstained | ECA109 |||| 1
""",
    "short codes": """
M231_V_1.fcs => vehicle | MDA-MB-231 |||| 1
M231_P10_1.fcs => treated | MDA-MB-231 || paclitaxel 10 ? || 1
M231_B100_1.fcs => treated | MDA-MB-231 || birinapant 100 ? || 1
M231_P10B100_1.fcs => treated | MDA-MB-231 || paclitaxel 10 ? + birinapant 100 ? || 1
M231_V_2.fcs => vehicle | MDA-MB-231 |||| 2
""",
    "resistant sublines": """
A2780_UT_24h_n1.fcs => untreated | A2780 ||| 24 | 1
A2780_cisplatin_20uM_24h_n1.fcs => treated | A2780 || cisplatin 20 uM | 24 | 1
A2780cis_UT_24h_n1.fcs => untreated | A2780cis ||| 24 | 1
A2780cis_cisplatin_20uM_24h_n1.fcs => treated | A2780cis || cisplatin 20 uM | 24 | 1
A2780cis_cisplatin_20uM_24h_n2.fcs => treated | A2780cis || cisplatin 20 uM | 24 | 2
""",
    "german day folders": """
12.03.2024/Jurkat Kontrolle.fcs => untreated | Jurkat |||| 1
12.03.2024/Jurkat Etoposid 5 µM.fcs => treated | Jurkat || etoposide 5 uM || 1
12.03.2024/Jurkat Etoposid 5 µM + QVD 20 µM.fcs => treated | Jurkat || etoposide 5 uM + QVD 20 uM || 1
19.03.2024/Jurkat Kontrolle.fcs => untreated | Jurkat |||| 2
19.03.2024/Jurkat Etoposid 5 µM.fcs => treated | Jurkat || etoposide 5 uM || 2
""",
    "overexpression": """
HEK293T_EV_DMSO_48h_r1.fcs => vehicle | HEK293T | EV | DMSO | 48 | 1
HEK293T_XIAP OE_DMSO_48h_r1.fcs => vehicle | HEK293T | XIAP OE | DMSO | 48 | 1
HEK293T_EV_LCL161_5uM_48h_r1.fcs => treated | HEK293T | EV | LCL161 5 uM | 48 | 1
HEK293T_XIAP OE_LCL161_5uM_48h_r1.fcs => treated | HEK293T | XIAP OE | LCL161 5 uM | 48 | 1
HEK293T_XIAP OE_LCL161_5uM_48h_r2.fcs => treated | HEK293T | XIAP OE | LCL161 5 uM | 48 | 2
""",
    "operator and cytometer": """
Canto_SM_2024Mar05_SKOV3_CTRL_001.fcs => untreated | SKOV3 ||||
Canto_SM_2024Mar05_SKOV3_CARBO 50uM_002.fcs => treated | SKOV3 || carboplatin 50 uM ||
Canto_SM_2024Mar05_SKOV3_CARBO 50uM BV6 2uM_003.fcs => treated | SKOV3 || carboplatin 50 uM + BV6 2 uM ||
Canto_SM_2024Mar05_SKOV3_BV6 2uM_004.fcs => treated | SKOV3 || BV6 2 uM ||
Canto_SM_2024Mar05_UNST_005.fcs => unstained |||||
""",
    "seven-AAD and APC": """
AnnV-APC only.fcs => annexin_only |||||
7-AAD only.fcs => dye_only |||||
no dye.fcs => unstained |||||
heat-killed.fcs => positive |||||
MM1S bortezomib 5nM 16h (1).fcs => treated | MM1S || bortezomib 5 nM | 16 | 1
MM1S bortezomib 5nM 16h (2).fcs => treated | MM1S || bortezomib 5 nM | 16 | 2
MM1S medium 16h (1).fcs => untreated | MM1S ||| 16 | 1
""",
    "schedules": """
HCT116 5FU-LCL 24h rep1.fcs => treated | HCT116 || 5-FU + LCL161 | 24 | 1
HCT116 LCL-5FU 24h rep1.fcs => treated | HCT116 || LCL161 + 5-FU | 24 | 1
HCT116 5FU 24h rep1.fcs => treated | HCT116 || 5-FU | 24 | 1
HCT116 NT 24h rep1.fcs => untreated | HCT116 ||| 24 | 1
""",
    "chinese romanised": """
EC9706-blank-1.fcs => ? | EC9706 |||| 1
EC9706-blank-2.fcs => ? | EC9706 |||| 2
EC9706-PTX-10nmol-1.fcs => treated | EC9706 || paclitaxel 10 nM || 1
EC9706-PTX-10nmol-2.fcs => treated | EC9706 || paclitaxel 10 nM || 2
""",
    "patients": """
Pt01_CLL_untreated_24h.fcs => untreated |||| 24 |
Pt01_CLL_venetoclax 10nM_24h.fcs => treated ||| venetoclax 10 nM | 24 |
Pt02_CLL_untreated_24h.fcs => untreated |||| 24 |
Pt02_CLL_venetoclax 10nM_24h.fcs => treated ||| venetoclax 10 nM | 24 |
""",
}
