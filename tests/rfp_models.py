"""A scripted model in one role of the work on questionnaires, and the policy that it reads of."""

from typing import Any

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.domain.language import Language
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel
from copilot.store.database import Database
from tests import chat_answer_world as chat

FACT = "All removable media is encrypted with AES-256."
RULE = "Backups shall be tested by the operations team every quarter."
PERSON = "Security incidents are reported to Berta Quiroga at berta.quiroga@vendor.example within 24 hours."
MEDIA = "Is removable media encrypted?"


class OneModel:
    """Gives one role to a scripted model, and keeps in whose name it was asked for."""

    def __init__(self, role: ModelRole, *answers: Any) -> None:
        self.role = role
        self.chat = ScriptedChatModel(answers=list(answers))
        self.callers: list[Caller] = []

    def for_role(self, role: ModelRole, *, caller: Caller) -> StructuredModel | None:
        assert role is self.role
        self.callers.append(caller)
        return StructuredModel(self.chat, name="scripted")

    @property
    def was_given(self) -> str:
        return "\n".join(str(message.content) for asked in self.chat.asked for message in asked)


def add_access_policy(database: Database) -> None:
    """What the questions above are answered from."""
    chat.add_text(
        database,
        "Access policy",
        f"{FACT}\n\n{RULE}\n\n{PERSON}\n",
        language=Language.EN,
        account_id=None,
        kind=DocumentKind.KNOWLEDGE,
        author=None,
        origin=Origin.INTERNAL,
    )
