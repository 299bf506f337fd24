"""A sentence that does not say the deed that a question asks about answers nothing, in either language."""

import pytest

from copilot.domain.language import Language
from copilot.workflows.rfp.answering.candidates import prepared
from copilot.workflows.rfp.answering.deeds import asked_deeds, lacks_deed
from copilot.workflows.rfp.answering.fitting import required
from copilot.workflows.rfp.answering.nearness import Nearness, Sought

EN, ES = Language.EN, Language.ES


@pytest.mark.parametrize(
    ("question", "language", "deeds"),
    [
        ("How are visitors escorted when they enter?", EN, ("escorted",)),
        ("Are firewall rules reviewed and tested?", EN, ("reviewed", "tested")),
        ("Do visitors sign a declaration?", EN, ("sign",)),
        ("Can staff store files on sticks?", EN, ("store",)),
        ("Does the plan cover floods?", EN, ()),
        ("Do you have a firewall?", EN, ()),
        ("Is access managed?", EN, ()),
        ("Where are your offices?", EN, ()),
        ("¿Cómo se acompaña a los visitantes?", ES, ("acompana",)),
        ("¿Se han probado las copias?", ES, ("probado",)),
        ("¿Firman los visitantes una declaración?", ES, ("firman",)),
        ("¿Pueden los empleados copiar ficheros?", ES, ("copiar",)),
        ("¿Están cifradas las copias?", ES, ("cifradas",)),
        ("¿Disponen de un cortafuegos?", ES, ()),
        ("¿Se utiliza un cortafuegos?", ES, ()),
        ("¿Qué cortafuegos hay?", ES, ()),
        ("¿Dónde están sus oficinas?", ES, ()),
        ("¿El plan cubre inundaciones?", ES, ()),
    ],
)
def test_which_word_of_a_question_names_the_deed(question: str, language: Language, deeds: tuple[str, ...]) -> None:
    assert asked_deeds(question, language=language) == deeds


@pytest.mark.parametrize(
    ("question", "language", "text", "near", "lacks"),
    [
        ("How are visitors escorted?", EN, "Visitors wear a badge.", 0.3, True),
        ("How are visitors escorted?", EN, "A receptionist escorts visitors.", 0.3, False),
        ("How are visitors escorted?", EN, "Somebody walks with visitors.", 0.7, False),
        ("Are backups stored abroad?", EN, "Las copias se guardan en Lisboa.", 0.3, False),
        ("Are rules reviewed and tested?", EN, "Rules are tested.", 0.3, False),
        ("¿Cómo se acompaña a los visitantes?", ES, "Los visitantes llevan tarjeta.", 0.3, True),
        ("¿Cómo se acompaña a los visitantes?", ES, "Un empleado los acompaña.", 0.3, False),
        ("¿Cómo se acompaña a los visitantes?", ES, "Alguien va con los visitantes.", 0.7, False),
        ("¿Se almacenan las copias fuera?", ES, "Backups are kept in Leeds.", 0.3, False),
        ("¿Se revisan los permisos?", ES, "Los permisos constan en una lista.", 0.3, True),
        ("¿Disponen de permisos?", ES, "Hay una lista.", 0.3, False),
    ],
)
def test_a_deed_is_said_by_its_word_by_one_of_the_same_or_by_one_that_is_near(
    question: str, language: Language, text: str, near: float, *, lacks: bool
) -> None:
    asked = prepared(question, language=language)
    assert asked is not None
    words = (near,) * len(required(asked))
    assert lacks_deed(Sought.of(asked), [text], Nearness(words, mean=near, topic=near)) is lacks
