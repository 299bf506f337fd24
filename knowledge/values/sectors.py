"""Names of business sectors in both languages, to notice misspelt ones.

Invariant: a sector that is merely unusual is not called misspelt; only a near miss of a known name is.
"""

from collections.abc import Mapping

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from knowledge.values.text import fold, listed

_ENGLISH = """
technology, software, information technology, retail, medical, healthcare, health care, marketing, advertising, finance,
financial services, banking, insurance, entertainment, media, telecommunications, telecom, services,
professional services, employment, staffing, education, higher education, manufacturing, construction, real estate,
energy, oil and gas, utilities, water, agriculture, food and beverage, hospitality, tourism, travel, transportation,
logistics, automotive, aerospace, defence, defense, government, public sector, non-profit, pharmaceuticals,
biotechnology, chemicals, mining, electronics, consumer goods, consulting, legal, legal services, facilities management,
facility management, property management, elevators, maintenance, field services, industrial services, hvac, wholesale,
distribution, textiles, security, environmental services, waste management, ports, maritime, rail, airports, fitness,
sports, gaming, publishing, engineering, architecture, machinery, metals, packaging, renewable energy, solar,
semiconductors, restaurants, home services, cold chain, food production
"""
_SPANISH = """
tecnologia, software, informatica, comercio minorista, comercio, minorista, distribucion, sanidad, salud, medico,
marketing, publicidad, finanzas, servicios financieros, banca, seguros, entretenimiento, medios, telecomunicaciones,
servicios, servicios profesionales, empleo, recursos humanos, educacion, fabricacion, manufactura, industria,
construccion, inmobiliario, inmobiliaria, energia, petroleo y gas, agua, servicios publicos, agricultura, alimentacion,
alimentos y bebidas, alimentacion y bebidas, hosteleria, turismo, viajes, transporte, logistica, automocion,
automotriz, aeroespacial, defensa, administracion publica, sector publico, sin animo de lucro, farmaceutico,
farmaceutica, biotecnologia, quimica, mineria, electronica, bienes de consumo, consultoria, juridico,
servicios legales, gestion de instalaciones, ascensores, mantenimiento, servicios industriales, climatizacion,
mayorista, textil, seguridad, medio ambiente, residuos, gestion de residuos, puertos, maritimo, ferroviario,
aeropuertos, deporte, editorial, ingenieria, arquitectura, maquinaria, metalurgia, embalaje, energias renovables,
energia solar, restauracion, frio industrial, cadena de frio
"""
KNOWN_SECTORS = listed(_ENGLISH) | listed(_SPANISH)
_NEAR = 87
_RARER = 3
_SLIPS = 2
"""More differing letters than this are another word, not a slip."""


def misspelt_sector(value: str, *, counts: Mapping[str, int]) -> str | None:
    """The name that a sector was probably meant to be, or None if it looks deliberate.

    `counts` are the values of the same column with how often each occurs: a rare near-duplicate of a
    frequent one is suspicious even when neither is in the dictionary.
    """
    folded = fold(value)
    if folded in KNOWN_SECTORS or len(folded) < 5:
        return None
    known = process.extractOne(folded, KNOWN_SECTORS, scorer=fuzz.ratio, score_cutoff=_NEAR)
    if known is not None and Levenshtein.distance(folded, known[0]) <= _SLIPS:
        return str(known[0])
    own = counts.get(value, 1)
    frequent = [other for other, count in counts.items() if fold(other) != folded and count >= _RARER * own]
    near = process.extractOne(value, frequent, scorer=fuzz.ratio, processor=fold, score_cutoff=_NEAR)
    if near is None or Levenshtein.distance(folded, fold(near[0])) > _SLIPS:
        return None
    return str(near[0])
