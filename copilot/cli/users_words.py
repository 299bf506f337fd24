"""Words of the commands about people in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.access import Viewer

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "saved": "{email} está guardado como {role}.",
        "columns": "Correo|Nombre|Función|Equipo|Idioma|Acceso",
        "active": "sí",
        "former": "no, se fue",
        "left": "{email} ya no puede entrar. `sales-copilot users reactivate` con su correo le vuelve a dar acceso.",
        "handed": "Traspasado: {given}. Libre para quien pueda ocuparse: {free}. Sustituciones terminadas: {ended}.",
        "follows": "Siguen a su titular en el CRM: {accounts} cuentas, {alerts} alertas. Cámbielo allí.",
        "back": "{email} puede volver a entrar, como {role}.",
        "link": "Dé este enlace a {name}; sirve una vez, durante {hours} horas:",
        "unlinked": "{email} ya no está vinculado al proveedor de identidad; su próxima entrada lo vincula de nuevo. "
        "Sesiones terminadas: {ended}.",
        "not_linked": "{email} no está vinculado al proveedor de identidad.",
        "opened": "{email} ya puede ver {account}.",
        "closed": "{email} ya no tiene {account} abierta.",
        "token_columns": "Id|Nombre|Actúa por|Alcance|Último uso|Termina",
        "reads": "solo lee",
        "changes": "lee y cambia",
        "never": "nunca",
        "no_tokens": "No hay tokens.",
        "revoked": "El token {name} está revocado.",
        "team_columns": "Id|Equipo|Personas|Se fueron",
        "no_teams": "Aún no hay equipos.",
        "team_made": "El equipo {name} está creado ({id}).",
        "team_renamed": "El equipo se llama ahora {name}.",
        "team_deleted": "El equipo está eliminado.",
    },
    "en": {
        "saved": "Saved {email} as {role}.",
        "columns": "Email|Name|Role|Team|Language|May come in",
        "active": "yes",
        "former": "no, left",
        "left": "{email} can no longer sign in. `sales-copilot users reactivate` with their email lets them back in.",
        "handed": "Handed over: {given}. Open to whoever may take it on: {free}. Standing in ended: {ended}.",
        "follows": "Following their owner in the CRM: {accounts} accounts, {alerts} alerts. Change it there.",
        "back": "{email} may come in again, as {role}.",
        "link": "Give this link to {name}; it works once, for {hours} hours:",
        "unlinked": "{email} is no longer linked to the identity provider; their next sign-in links them again. "
        "Sessions ended: {ended}.",
        "not_linked": "{email} is not linked to the identity provider.",
        "opened": "{email} may now see {account}.",
        "closed": "{account} is no longer opened to {email}.",
        "token_columns": "Id|Name|Acts for|Reach|Last used|Ends",
        "reads": "only reads",
        "changes": "reads and changes",
        "never": "never",
        "no_tokens": "There are no tokens.",
        "revoked": "The token {name} is revoked.",
        "team_columns": "Id|Team|People|Left",
        "no_teams": "There are no teams yet.",
        "team_made": "The team {name} is there ({id}).",
        "team_renamed": "The team is now called {name}.",
        "team_deleted": "The team is deleted.",
    },
}


def say(text: str, viewer: Viewer, **values: object) -> str:
    """A text in the viewer's language."""
    return TEXTS.get(viewer.language, TEXTS["en"])[text].format(**values)
