"""A real small model, run inside this process; skipped where no file of one lies in the cache folder."""

import pytest
from platformdirs import user_cache_path
from pydantic import BaseModel

from copilot.domain.language import Language, detect
from copilot.domain.model_calls import CallOutcome
from copilot.errors import PromptTooLong
from copilot.llm.local import RUNTIME
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository
from tests.model_endpoints import writer_of

_FILES = sorted(user_cache_path("sales-copilot-tests").glob("*.gguf"))


class Order(BaseModel):
    """What is ordered, and how many."""

    thing: str
    count: int


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not _FILES, reason="there is no model file in the cache folder")
def test_a_model_file_answers_in_shape_in_pieces_and_in_spanish(database: Database) -> None:
    pytest.importorskip("xllamacpp")
    settings = Settings(COPILOT_LOCAL_MODEL=_FILES[0], COPILOT_LOCAL_CONTEXT=1024, COPILOT_LOCAL_TIMEOUT=300)
    model = writer_of(settings, database)
    try:
        answer = model.ask(system="Turn the order into JSON.", user="Acme orders 3 pumps.", shape=Order)
        pieces = list(model.tell(system="Responde en una frase corta.", user="¿Para qué sirve un contrato?"))
        with pytest.raises(PromptTooLong, match="1024"):
            list(model.tell(system="s", user="palabra " * 3000))
    finally:
        RUNTIME.stop()
    assert answer.value.count == 3
    assert len(pieces) > 1
    assert detect("".join(pieces), prior=Language.EN) is Language.ES
    with database.unit_of_work() as uow:
        calls = ModelCallRepository(uow).recent(limit=10)
    assert {(call.model, call.endpoint, call.outcome) for call in calls} == {
        (_FILES[0].stem, "local", CallOutcome.ANSWERED)
    }
    assert all(call.output_tokens and call.cost_usd == 0 for call in calls)
