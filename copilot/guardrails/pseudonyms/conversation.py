"""One conversation of one reader with a model, over turns and processes.

Invariant: the vault is read at the start of a turn and written at its end; who may read what is asked of the database
every turn anew, so a right that was lost yesterday restores nothing today.
"""

from collections.abc import Collection, Iterable

from langchain_core.language_models import BaseChatModel

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.pseudonyms import KnownPerson, typed_by
from copilot.guardrails.policy import GuardrailPolicy
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.guardrails.pseudonyms.vault import Restored, Vault
from copilot.store.database import Database, UnitOfWork
from copilot.store.pseudonyms import PseudonymRepository

_NO_HINTS = Hints()


class Reader:
    """What one viewer may see, asked once per source and turn."""

    def __init__(self, database: Database, viewer: Viewer) -> None:
        self.viewer = viewer
        self._database = database
        self._known: dict[str, bool] = {}

    def may_see(self, source: str) -> bool:
        """Whether the viewer may read what comes from `source`."""
        if source not in self._known:
            self.learn([source])
        return self._known[source]

    def learn(self, sources: Iterable[str]) -> None:
        """Ask for several sources at once."""
        asked = set(sources) - self._known.keys()
        if asked:
            with self._database.unit_of_work() as uow:
                seen = PseudonymRepository(uow).visible_sources(asked, viewer=self.viewer)
            self._known.update({source: source in seen for source in asked})


class Conversation:
    """One turn of a conversation. Open it, ask through `model`, save it."""

    def __init__(self, conversation_id: str, *, vault: Vault, reader: Reader, policy: GuardrailPolicy) -> None:
        self.id = conversation_id
        self.vault = vault
        self._reader = reader
        self._policy = policy

    @classmethod
    def open(
        cls,
        conversation_id: str,
        *,
        database: Database,
        viewer: Viewer,
        policy: GuardrailPolicy,
        language: Language,
        account_ids: Collection[str] | None = None,
        hints: Hints = _NO_HINTS,
    ) -> "Conversation":
        """Read the vault and the people around `account_ids` (None: around every account the viewer may see)."""
        with database.unit_of_work() as uow:
            repository = PseudonymRepository(uow)
            state = repository.load(conversation_id)
            people: tuple[KnownPerson, ...] = repository.known_people(viewer=viewer, account_ids=account_ids)
        vault = Vault(people, policy=policy, state=state, hints=hints, language=language)
        reader = Reader(database, viewer)
        reader.learn({*vault.sources(), *(source for person in people for source in person.sources)})
        return cls(conversation_id, vault=vault, reader=reader, policy=policy)

    def model(self, inner: BaseChatModel, *, default_source: str | None = None) -> MaskedChatModel:
        """`inner` as it may be asked in this conversation.

        `default_source` is where tools read that name no source of their own (`ReadFrom`), e.g. an account's id.
        """
        masker = MessageMasker(
            self.vault,
            viewer_may_see=self._reader.may_see,
            typed=typed_by(self._reader.viewer.user_id),
            default_source=default_source,
        )
        return MaskedChatModel(inner=inner, masker=masker)

    def restore(self, text: str) -> Restored:
        """A stored, masked text of this conversation as this reader may see it."""
        return self.vault.restore(text, viewer_may_see=self._reader.may_see)

    def save(self, *, uow: UnitOfWork) -> None:
        """Write what the turn added. Once per turn. Raises Conflict, see `PseudonymRepository.save`."""
        days = self._policy.privacy_retention.days
        PseudonymRepository(uow).save(self.id, self.vault.changes(), keep_days=days)
