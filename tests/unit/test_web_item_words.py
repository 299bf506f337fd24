"""Everything that the reviewer's page shows by a code has a word."""

from api.web import item_words
from api.web.item_sentences import Today
from copilot.approvals.comparison import DETAILS
from copilot.approvals.support import Support
from copilot.domain.destinations import Destination
from copilot.domain.findings import Action
from copilot.domain.review_items import ReviewState
from copilot.store.review_comments import CommentKind


def test_every_code_has_a_word() -> None:
    assert set(item_words.SUPPORTS) == set(item_words.SUPPORT_MEANINGS) == {item.value for item in Support}
    assert set(item_words.ACTIONS_TO_TAKE) == {item.value for item in Action}
    assert set(item_words.DETAILS) == set(DETAILS)
    assert set(item_words.DESTINATIONS) == {item.value for item in Destination}
    assert set(item_words.COMMENT_KINDS) == {item.value for item in CommentKind}
    assert set(item_words.TODAY) == {Today.CHANGED.value, Today.GONE.value}


def test_every_state_that_voids_votes_has_a_reason_in_words() -> None:
    ended = {
        ReviewState.SUPERSEDED,
        ReviewState.CHANGES_REQUESTED,
        ReviewState.REJECTED,
        ReviewState.WITHDRAWN,
        ReviewState.EXPIRED,
        ReviewState.STALE,
        ReviewState.RECALLED,
    }
    assert {state.value for state in ended} <= set(item_words.VOID_REASONS)
