"""Rules about sources that are too old."""

TEXTS: dict[str, dict[str, str]] = {
    "freshness.stale_evidence": {
        "es": "Habla de hoy con una fuente del {day} («{label}»): hace {days} días, y las de su clase valen {allowed}. "
        "Busque una más reciente o diga en la frase de cuándo es.",
        "en": "It speaks of today from a source of {day} (“{label}”): {days} days old, "
        "where its kind may be {allowed}. Look for a newer one, or say in the sentence when it is from.",
    },
    "freshness.expired_evidence": {
        "es": "La fuente «{label}» dejó de valer el {day}. Cite la vigente.",
        "en": "The source “{label}” stopped being valid on {day}. Cite the current one.",
    },
}
