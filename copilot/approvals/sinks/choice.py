"""Which sink serves which destination, as the deployment is configured.

Invariant: every destination has exactly one sink; in a dry run each of them is a recorder.
"""

from collections.abc import Mapping
from pathlib import Path

from copilot.approvals.sinks import Sink
from copilot.approvals.sinks.crm import recorded_crm
from copilot.approvals.sinks.dry_run import Recorder
from copilot.approvals.sinks.email import MessageFileSink, SmtpSink
from copilot.approvals.sinks.files import FileSink
from copilot.approvals.sinks.here import StaysHere
from copilot.approvals.sinks.journal import Journal
from copilot.domain.destinations import Destination
from copilot.mail import MailTransport


def choose_sinks(
    exports: Path, *, mail: MailTransport | None = None, returns_to: str | None = None, dry_run: bool = False
) -> Mapping[str, Sink]:
    """By destination. `mail` None: approved emails become files for a person to send."""
    sinks: dict[Destination, Sink] = {
        Destination.FILES: FileSink(exports),
        Destination.EMAIL: MessageFileSink(exports) if mail is None else SmtpSink(mail, returns_to=returns_to),
        Destination.CRM: recorded_crm(exports),
        Destination.HERE: StaysHere(),
    }
    if dry_run:
        journal = Journal(exports / "dry-run.jsonl")
        return {name.value: Recorder(journal, instead_of=sink.channel) for name, sink in sinks.items()}
    return {name.value: sink for name, sink in sinks.items()}
