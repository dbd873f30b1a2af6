"""The families of Granfjord's municipal housing, as plain data: made-up names in five naming traditions.

Guardians stand with their age, children with their school year (1 to 10 at school, 11 to 13 in upper secondary). Dates
of birth and identity numbers are worked out from that for the day on which a demonstration is filled, so that everybody
is as old as the story says. Somali children bear their father's and his father's name; Polish and Ukrainian surnames
follow the grammar of their bearer.
"""

from dataclasses import dataclass

__all__ = ["CONFIDENTIAL", "FAMILIES", "NEWCOMERS", "STRICT", "DemoFamily", "DemoPerson"]


@dataclass(frozen=True)
class DemoPerson:
    """A name, and an age in years (guardians) or a school year (children)."""

    name: str
    number: int


@dataclass(frozen=True)
class DemoFamily:
    """A household: its language (BCP 47), its home, and who decides for the children.

    `bond` is `joint` (all guardians, one roof), `apart` (both decide, the second lives elsewhere) or `sole` (the first
    decides alone).
    """

    language: str
    home: str
    guardians: tuple[DemoPerson, ...]
    children: tuple[DemoPerson, ...]
    bond: str = "joint"


def _family(language: str, home: str, guardians: str, children: str, bond: str = "joint") -> DemoFamily:
    return DemoFamily(language, home, _people(guardians), _people(children), bond)


def _people(text: str) -> tuple[DemoPerson, ...]:
    pairs = (one.strip().rpartition(" ") for one in text.split(","))
    return tuple(DemoPerson(name, int(number)) for name, _, number in pairs)


# fmt: off
FAMILIES = (
    # Norwegian
    _family("nb", "Elvebakken 2, H0101", "Ingeborg Hauane 38, Asbjørn Hauane 40", "Tuva Hauane 3, Eilert Hauane 6"),
    _family("nb", "Elvebakken 2, H0102", "Sissel Grønnås 41", "Vetle Grønnås 7", "sole"),
    _family("nb", "Elvebakken 2, H0203", "Randi Bjørkehagen 36, Terje Ytrearne 39", "Mathea Ytrearne 2", "apart"),
    _family("nb", "Elvebakken 4, H0101", "Bente Kolstø 45, Roald Kolstø 47", "Sander Kolstø 9, Emilie Kolstø 12"),
    _family("nb", "Elvebakken 4, H0202", "Heidi Sørbråten 34", "Leon Sørbråten 1, Ida Sørbråten 4", "sole"),
    _family("nb", "Elvebakken 6, H0103", "Anne Grete Tveitå 43, Jan Ove Tveitå 44", "Marius Tveitå 10"),
    _family("nb", "Smiegata 1, H0101", "Wenche Rognlien 39, Frode Rognlien 42", "Oda Rognlien 5, Jonas Rognlien 8"),
    _family("nb", "Smiegata 1, H0204", "Laila Finnestad 37, Øyvind Breimo 36", "Ailo Breimo 3", "apart"),
    _family("nb", "Smiegata 3, H0102", "Grethe Nordbotn 49", "Kristoffer Nordbotn 13", "sole"),
    _family("nb", "Smiegata 3, H0301", "Mona Ulvestad 33, Jo Espen Ulvestad 35", "Live Ulvestad 1, Storm Ulvestad 2"),
    _family("nb", "Smiegata 5, H0101", "Torill Haukedal 46, Torvald Haukedal 50", "Amund Haukedal 11"),
    _family("nb", "Møllesvingen 7, H0102", "Unni Flatmark 40", "Nora Flatmark 6, Selma Flatmark 9", "sole"),
    _family("nb", "Møllesvingen 7, H0201", "Kine Lillestøl 31, Rune Lillestøl 33", "Theodor Lillestøl 1"),
    _family(
        "nb", "Møllesvingen 9, H0101", "Astrid Sæterlid 44, Geir Sæterlid 45",
        "Hedda Sæterlid 8, Iver Sæterlid 10",
    ),
    _family("nb", "Møllesvingen 9, H0302", "Merete Kjønnås 42, Trond Kjønnås 43", "Ylva Kjønnås 4, Brage Kjønnås 7"),
    # Somali
    _family(
        "so", "Elvebakken 6, H0204", "Hodan Cabdi Warsame 37, Mahad Jaamac Geedi 42",
        "Ayaan Mahad Jaamac 2, Zakariye Mahad Jaamac 5, Ifrah Mahad Jaamac 8",
    ),
    _family("so", "Elvebakken 8, H0101", "Sahra Nuur Cilmi 34", "Maxamuud Axmed Xasan 3, Idil Axmed Xasan 6", "sole"),
    _family(
        "so", "Elvebakken 8, H0103", "Fartuun Cali Diiriye 40, Cabdirashiid Muuse Samatar 44",
        "Hamda Cabdirashiid Muuse 7, Liibaan Cabdirashiid Muuse 10, Samiira Cabdirashiid Muuse 12",
    ),
    _family(
        "so", "Elvebakken 10, H0201", "Deeqa Faarax Rooble 29, Bashiir Aadan Guuleed 33",
        "Sumaya Bashiir Aadan 1",
    ),
    _family(
        "so", "Elvebakken 10, H0202", "Khadra Ciise Xirsi 46, Saleebaan Warfaa Nuur 51",
        "Ugbaad Saleebaan Warfaa 11, Guleed Saleebaan Warfaa 13",
    ),
    _family("so", "Smiegata 5, H0203", "Ubax Maxamed Cige 35", "Abshir Cawil Jibriil 4", "sole"),
    _family(
        "so", "Smiegata 7, H0101", "Nimco Yuusuf Afrax 39, Cawaale Xuseen Barre 41",
        "Hanad Cawaale Xuseen 6, Ruweyda Cawaale Xuseen 9",
    ),
    _family(
        "so", "Smiegata 7, H0302", "Ladan Sugulle Magan 32, Keynaan Daahir Weyrax 36",
        "Bilan Keynaan Daahir 2", "apart",
    ),
    _family(
        "so", "Møllesvingen 11, H0101", "Xaliimo Cumar Jaalle 43, Mustafe Rooble Kaahin 48",
        "Sagal Mustafe Rooble 5, Cabdiqani Mustafe Rooble 8, Hoodo Mustafe Rooble 10",
    ),
    _family(
        "so", "Møllesvingen 11, H0204", "Shukri Bulxan Aadan 30",
        "Ramla Feysal Colaad 1, Anwar Feysal Colaad 3", "sole",
    ),
    _family(
        "so", "Møllesvingen 13, H0102", "Caasha Dirir Guuleed 38, Liban Xaashi Samriye 40",
        "Muna Liban Xaashi 7",
    ),
    _family(
        "so", "Møllesvingen 13, H0203", "Filsan Jaamac Ducaale 41, Nuradiin Cabdi Obsiiye 45",
        "Yaxye Nuradiin Cabdi 9",
    ),
    # Arabic
    _family(
        "ar", "Elvebakken 12, H0101", "Rawan al-Qudsawi 36, Munir al-Qudsawi 41",
        "Taym al-Qudsawi 3, Joud al-Qudsawi 6, Sidra al-Qudsawi 9",
    ),
    _family("ar", "Elvebakken 12, H0103", "Hanan Barghouthian 33", "Karam Shamsaldin 2", "sole"),
    _family(
        "ar", "Elvebakken 12, H0302", "Lubna Darwazeh 44, Wissam Darwazeh 49",
        "Rim Darwazeh 10, Ghaith Darwazeh 12",
    ),
    _family("ar", "Smiegata 9, H0101", "Abeer Najjarin 31, Fadi Najjarin 35", "Laith Najjarin 1"),
    _family(
        "ar", "Smiegata 9, H0202", "Suhad al-Karkhawi 40, Nizar al-Karkhawi 46",
        "Mays al-Karkhawi 5, Aws al-Karkhawi 8",
    ),
    _family("ar", "Smiegata 11, H0104", "Dima Halabiyeh 35, Anas Qasimati 38", "Celine Qasimati 4", "apart"),
    _family("ar", "Smiegata 11, H0301", "Manal Tartousian 47", "Bashar Wannous 11, Nagham Wannous 13", "sole"),
    _family("ar", "Møllesvingen 15, H0101", "Ghada Sawwafi 39, Haitham Sawwafi 43", "Tala Sawwafi 6, Zaid Sawwafi 7"),
    _family(
        "ar", "Møllesvingen 15, H0202", "Isra al-Basrawi 34, Muthanna al-Basrawi 37",
        "Danya al-Basrawi 2, Yaman al-Basrawi 4",
    ),
    _family("ar", "Møllesvingen 17, H0101", "Wafaa Zaytounian 42, Jihad Zaytounian 45", "Orjuwan Zaytounian 9"),
    _family("ar", "Møllesvingen 17, H0103", "Randa Kassarji 38", "Elyas Haddadin 5, Mira Haddadin 8", "sole"),
    # Polish
    _family(
        "pl", "Elvebakken 14, H0101", "Agnieszka Wieczorska 41, Dariusz Wieczorski 43",
        "Zofia Wieczorska 4, Antoni Wieczorski 7",
    ),
    _family("pl", "Elvebakken 14, H0203", "Beata Jaworzyńska 37, Sławomir Jaworzyński 39", "Oliwia Jaworzyńska 3"),
    _family("pl", "Smiegata 13, H0102", "Iwona Szczepkowicz 35", "Kacper Szczepkowicz 5", "sole"),
    _family(
        "pl", "Smiegata 13, H0301", "Małgorzata Brzozowicka 45, Grzegorz Brzozowicki 48",
        "Maja Brzozowicka 10, Bartosz Brzozowicki 12",
    ),
    _family("pl", "Smiegata 15, H0101", "Katarzyna Olszanka 32, Łukasz Olszanka 34", "Hania Olszanka 1"),
    _family(
        "pl", "Møllesvingen 19, H0102", "Joanna Gródkowska 39, Piotr Gródkowski 40",
        "Filip Gródkowski 6, Lena Gródkowska 8", "apart",
    ),
    _family(
        "pl", "Møllesvingen 19, H0204", "Ewelina Pawlikiewicz 36",
        "Nikodem Pawlikiewicz 2, Gaja Pawlikiewicz 4", "sole",
    ),
    _family(
        "pl", "Møllesvingen 21, H0101", "Renata Chmielińska 43, Zbigniew Chmieliński 46",
        "Wiktoria Chmielińska 11",
    ),
    # Ukrainian
    _family(
        "uk", "Elvebakken 16, H0101", "Oksana Kovalyshyn 38, Taras Kovalyshyn 40",
        "Solomiia Kovalyshyn 3, Ostap Kovalyshyn 6",
    ),
    _family("uk", "Elvebakken 16, H0202", "Iryna Dzvinchuk 35", "Zlata Dzvinchuk 2, Matvii Dzvinchuk 5", "sole"),
    _family(
        "uk", "Elvebakken 18, H0101", "Halyna Stepovyk 44, Bohdan Stepovyk 47",
        "Yaryna Stepovyk 9, Nazar Stepovyk 12",
    ),
    _family("uk", "Smiegata 15, H0204", "Nataliia Verbytska 33", "Davyd Verbytskyi 1", "sole"),
    _family(
        "uk", "Smiegata 17, H0101", "Liudmyla Horobchenko 41, Vasyl Horobchenko 42",
        "Uliana Horobchenko 7, Tymofii Horobchenko 10",
    ),
    _family("uk", "Smiegata 17, H0203", "Olena Kalynovska 37", "Miroslava Kalynovska 4, Orest Kalynovskyi 8", "sole"),
    _family("uk", "Møllesvingen 21, H0302", "Svitlana Berezhna 46, Yurii Berezhnyi 48", "Danylo Berezhnyi 13"),
    _family("uk", "Møllesvingen 23, H0101", "Mariia Zhuravel 30, Andrii Zhuravel 32", "Polina Zhuravel 1"),
    _family(
        "uk", "Møllesvingen 23, H0103", "Tetiana Ohorodnyk 39, Serhii Ohorodnyk 41",
        "Kateryna Ohorodnyk 5, Illia Ohorodnyk 9", "apart",
    ),
    _family("uk", "Møllesvingen 25, H0101", "Daryna Lysenchuk 34", "Vira Lysenchuk 3", "sole"),
)

# fmt: on

#: Their address is confidential (folkeregisterloven § 10-4): it is on no roster, and no form may send it.
CONFIDENTIAL = _family("nb", "", "Elin Marie Rødberget 36", "Jenny Rødberget 4", "sole")

#: The school year of a strictly protected child: known to the demo register by its number, and written down nowhere
#: else.
STRICT = 3

#: In the demo register, and on no roster yet: somebody to register by hand.
NEWCOMERS = (
    _family(
        "so", "Elvebakken 20, H0101", "Hinda Cabdulle Rirash 36, Warsame Xoosh Egal 39", "Nasteexo Warsame Xoosh 4"
    ),
    _family("uk", "Elvebakken 20, H0102", "Yuliia Terpyliak 35", "Rostyslav Terpyliak 6", "sole"),
)
