"""Keeps erased people out of what an import reads.

Invariant: a row that is an erased person's own record is counted as left out, with its reason, and says nothing more
about them.
"""

from dataclasses import dataclass

from copilot.domain.records import Contact
from copilot.privacy.suppression import Suppressions
from knowledge.issues import Finding
from knowledge.rows import Built, RowResult, content_hash

ERASED = "person.erased"


@dataclass(frozen=True, slots=True)
class ErasedPeople:
    """Looks over the rows of one import."""

    suppressions: Suppressions

    def screen(self, result: RowResult) -> None:
        """Take erased people's records out of a row and their names out of what is left."""
        if not self.suppressions.anybody or result.skipped is not None:
            return
        kept = [built for built in result.primary if not self._is_erased(built)]
        if len(kept) < len(result.primary) and not kept:
            result.skipped, result.extras = ERASED, []
        extras = [built for built in result.extras if not self._is_erased(built)]
        if len(kept) < len(result.primary) or len(extras) < len(result.extras):
            result.findings.append(Finding(ERASED, {"row": result.row_number}, Contact.record_type))
        result.primary = [self._cleaned(built) for built in kept]
        result.extras = [self._cleaned(built) for built in extras]

    def _is_erased(self, built: Built) -> bool:
        record = built.record
        return isinstance(record, Contact) and self.suppressions.is_erased(record, account_id=built.account_id)

    def _cleaned(self, built: Built) -> Built:
        record = self.suppressions.record(built.record, account_id=built.account_id)
        if record is built.record:
            return built
        return Built(built.id, record, built.account_id, content_hash(record, built.account_id))
