"""What stands where a value was removed, or is not shown to this reader.

Invariant: a label says what kind of thing is missing and nothing else about it.
"""

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass

_WITHHELD = {
    DataClass.PERSON: ("[nombre reservado]", "[name withheld]"),
    DataClass.EMAIL: ("[correo reservado]", "[email withheld]"),
    DataClass.PHONE: ("[teléfono reservado]", "[phone withheld]"),
    DataClass.ADDRESS: ("[dirección reservada]", "[address withheld]"),
    DataClass.DATE_OF_BIRTH: ("[fecha de nacimiento reservada]", "[date of birth withheld]"),
    DataClass.NATIONAL_ID: ("[número de identidad reservado]", "[identity number withheld]"),
    DataClass.PASSPORT: ("[pasaporte reservado]", "[passport withheld]"),
    DataClass.BANK_ACCOUNT: ("[cuenta bancaria reservada]", "[bank account withheld]"),
    DataClass.CARD: ("[tarjeta reservada]", "[card withheld]"),
    DataClass.IP_ADDRESS: ("[dirección IP reservada]", "[IP address withheld]"),
    DataClass.CREDENTIAL: ("[credencial reservada]", "[credential withheld]"),
}


def withheld(data_class: DataClass, language: Language) -> str:
    """For a reader who may not see the value."""
    spanish, english = _WITHHELD[data_class]
    return spanish if language is Language.ES else english


def removed(data_class: DataClass) -> str:
    """For what is not sent at all; the same in every language, so that a prompt can name it."""
    return f"[{data_class.value.replace('_', ' ')} removed]"
