"""How fast one person may ask, also with several questions at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from copilot.approvals.chat_rules import ChatRules
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.conversation import Thread
from copilot.errors import TooFast
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.chat_builders import make_chat
from tests.conftest import MakeUser

AT_ONCE = 6


def test_the_pace_holds_for_questions_at_the_same_moment(
    database: Database, clock: FixedClock, make_user: MakeUser
) -> None:
    ana, other = make_user("Ana Prueba"), make_user("Inés Otra")
    world.add_account(database, owner=ana)
    chat = make_chat(database, clock, rules=ChatRules(questions_per_minute=2))
    threads = [chat.start(ana) for _ in range(AT_ONCE)]

    def was_asked(thread: Thread, viewer: Viewer = ana) -> bool:
        try:
            chat.ask(thread, "no", viewer)
        except TooFast:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(was_asked, threads)) == 2
    assert sum(len(chat.thread(thread, ana).turns) for thread in threads) == 2
    assert was_asked(chat.start(other), other)
    chat.service.close()
