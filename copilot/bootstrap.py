"""The only composition root: builds every part from the settings.

Invariant: importing any module does no I/O; connections open and models load when a part is first used.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import TYPE_CHECKING

from copilot import telemetry
from copilot.approvals.bulk import BulkApprovals
from copilot.approvals.checkpoints import Checkpoints
from copilot.approvals.delegations import Delegations
from copilot.approvals.feedback.learning import learn_due
from copilot.approvals.feedback.proposals import Proposals
from copilot.approvals.feedback.styles import Styles
from copilot.approvals.policy import Policy, load_policy
from copilot.approvals.release import run_due_releases
from copilot.approvals.replay_item import ItemReplay, replay_item
from copilot.approvals.saved_views import SavedViews
from copilot.approvals.service import ApprovalService
from copilot.clock import Clock, SystemClock
from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.policy import GuardrailPolicy, load_guardrail_policy
from copilot.guardrails.retention_policy import RetentionRules
from copilot.identity.assembly import open_sign_on
from copilot.jobs import Handlers, Jobs, Task
from copilot.llm.configured import ConfiguredModels
from copilot.mail import MailTransport, open_transport
from copilot.notifications.service import Notifications
from copilot.people import People
from copilot.privacy.requests import PrivacyRequests
from copilot.privacy.retention import check_alerts_kept, let_go
from copilot.retrieval.service import RetrievalService
from copilot.scoring.service import ScoreService
from copilot.settings import Settings
from copilot.store.database import Database, UnitOfWork, open_database
from copilot.store.people import PeopleRepository
from copilot.workflows.after_meeting.step import MeetingSteps
from copilot.workflows.after_meeting.workflow import AfterMeetingWorkflow
from copilot.workflows.alerts.acting import Alerts
from copilot.workflows.alerts.notes import AlertDrafts
from copilot.workflows.alerts.playbooks import load_playbooks
from copilot.workflows.alerts.raising import Raising
from copilot.workflows.brief import BriefWorkflow, select_writer
from copilot.workflows.brief.schedules import BriefSchedules
from copilot.workflows.chat.score_step import ScoreSteps
from copilot.workflows.chat.search_step import SearchRunner
from copilot.workflows.follow_up import FollowUpWorkflow
from copilot.workflows.follow_up.step import FollowUpSteps
from copilot.workflows.meeting_prep.workflow import MeetingPrepWorkflow
from copilot.workflows.redraft import DraftsAgain, Redraft
from copilot.workflows.scores.explaining import Explanations
from copilot.workflows.scores.jobs import compute_due, score_service, train_due
from copilot.workflows.today.workflow import TodayWorkflow
from copilot.workflows.written_again import write_again

if TYPE_CHECKING:
    from copilot.agent.service import ChatService
    from copilot.identity.sign_on import SingleSignOn
    from copilot.workflows.rfp.assembly import RfpWork


@dataclass(frozen=True)
class Application:
    """Everything a surface (command line, API, worker) needs."""

    settings: Settings
    clock: Clock
    database: Database
    people: People
    sign_on: "SingleSignOn | None"
    policy: Policy
    guardrails: Guardrails
    mail: MailTransport | None
    """None: no mail server is configured."""
    approvals: ApprovalService
    delegations: Delegations
    bulk: BulkApprovals
    saved_views: SavedViews
    retrieval: RetrievalService
    models: ConfiguredModels
    briefs: BriefWorkflow
    jobs: Jobs
    privacy: PrivacyRequests
    notifications: Notifications
    checkpoints: Checkpoints
    scores: ScoreService
    alerts: Alerts
    alert_drafts: AlertDrafts
    when_asked_for_rfps: "Callable[[], RfpWork]"
    """Puts the work on questionnaires together the first time; the background job uses the same."""
    styles: Styles = field(default_factory=Styles)
    proposals: Proposals = field(default_factory=Proposals)

    @property
    def rfps(self) -> "RfpWork":
        """Questionnaires of customers, and the answer library."""
        return self.when_asked_for_rfps()

    @cached_property
    def explanations(self) -> Explanations:
        """What scores rest on, and what would change them."""
        return Explanations(self.scores)

    @cached_property
    def brief_schedules(self) -> BriefSchedules:
        """Briefs that are made by themselves."""
        return BriefSchedules(
            self.briefs, self.approvals, ask_for_run=lambda uow: self.jobs.defer(Task.BRIEFS, uow=uow)
        )

    @cached_property
    def follow_ups(self) -> FollowUpWorkflow:
        """Follow-up emails."""
        return FollowUpWorkflow(
            self.approvals, retrieval=self.retrieval, guardrails=self.guardrails, models=self.models
        )

    @cached_property
    def meetings(self) -> MeetingPrepWorkflow:
        """Preparations of meetings."""
        return MeetingPrepWorkflow(self.approvals, search=SearchRunner(self.retrieval), guardrails=self.guardrails)

    @cached_property
    def after_meetings(self) -> AfterMeetingWorkflow:
        """Summaries of meetings, with the CRM updates they call for."""
        return AfterMeetingWorkflow(self.approvals, guardrails=self.guardrails)

    @cached_property
    def today(self) -> TodayWorkflow:
        """What a person's day holds."""
        return TodayWorkflow(self.models)

    @cached_property
    def redraft(self) -> Redraft:
        """Drafting again, by the workflow that wrote it."""
        writers: dict[DraftKind, DraftsAgain] = {
            DraftKind.BRIEF: self.briefs,
            DraftKind.FOLLOW_UP: self.follow_ups,
            DraftKind.MEETING_PREP: self.meetings,
            DraftKind.AFTER_MEETING: self.after_meetings,
            DraftKind.CHURN_ALERT: self.alert_drafts,
        }
        return Redraft(self.approvals, writers=writers, guardrails=self.guardrails)

    @cached_property
    def chat(self) -> "ChatService":
        """Conversations."""
        # Imported here: a planner with a model brings libraries that take a second to load.
        from copilot.agent.assembly import chat_service

        return chat_service(
            self.database,
            approvals=self.approvals,
            guardrails=self.guardrails,
            rules=self.policy.chat,
            models=self.models,
            retrieval=self.retrieval,
            briefs=self.briefs,
            follow_up=FollowUpSteps(self.follow_ups).run_step,
            meeting=MeetingSteps(self.meetings, self.after_meetings).run_step,
            scores=ScoreSteps(self.explanations),
            home_currency=self.settings.home_currency,
        )

    def release_due(self) -> int:
        """Deliver what is approved and waiting. Returns how many drafts went out."""
        return _release_due(
            self.settings, database=self.database, policy=self.policy, guardrails=self.guardrails, mail=self.mail
        )

    def after_import(self, *, uow: UnitOfWork) -> int:
        """What an import sets off: vectors in the background, stale drafts at once. Returns how many went stale."""
        return _follow_up(self.approvals, self.jobs, uow=uow)

    def replay(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ItemReplay:
        """What produced one item, as far as the viewer may know. Raises NotFound."""
        return replay_item(item_id, approvals=self.approvals, write_again=write_again, viewer=viewer, uow=uow)

    def close(self) -> None:
        """Give connections back."""
        if "chat" in vars(self):
            self.chat.close()
        self.database.dispose()


def build(settings: Settings) -> Application:
    """Connect and assemble. Raises ConfigurationError or UnavailableError."""
    telemetry.configure(settings.log_level)
    database = open_database(settings)
    database.clock = SystemClock(pinned_today=settings.pinned_today or _pinned_by_demo(database))
    return assemble(settings, database=database)


def assemble(settings: Settings, *, database: Database) -> Application:
    """Build every part around a database that is there; its clock is everybody's."""
    people = People(clock=database.clock, session_hours=settings.session_hours, break_glass=settings.break_glass)
    policy, rules = _policies(settings)
    guardrails, alerts = Guardrails(rules), Alerts(policy.alerts, load_playbooks(settings.playbooks_file))
    retrieval, mail = RetrievalService(settings, database=database), open_transport(settings, clock=database.clock)
    notifications = Notifications(settings, database=database, rules=policy.notifications, transport=mail)
    approvals = _approvals(settings, policy, guardrails, jobs=lambda: jobs, rfps=lambda: rfps())  # noqa: PLW0108 - made below
    models, checkpoints = ConfiguredModels(settings, database=database), Checkpoints(settings)
    briefs = BriefWorkflow(approvals, writer=select_writer(models, guardrails=guardrails), guardrails=guardrails)
    drafts = AlertDrafts(alerts, approvals=approvals, guardrails=guardrails)
    scores = score_service(settings, after=Raising(alerts.rules, alerts.playbooks).raise_due)
    rfps = cache(lambda: _rfp_work(database, policy, approvals, guardrails, models=models, search=retrieval, jobs=jobs))
    handlers = Handlers(
        embed=lambda should_stop: _index(database, retrieval, jobs, should_stop=should_stop),
        release=lambda: _release_due(settings, database=database, policy=policy, guardrails=guardrails, mail=mail),
        housekeeping=lambda: _keep_house(database, approvals, checkpoints, policy=policy, rules=rules.retention),
        notify=notifications.run,
        rfp=lambda should_stop: rfps().runs.run(should_stop),  # noqa: PLW0108 - put together when a run begins
        score=lambda should_stop: _score(database, scores, drafts, jobs, should_stop=should_stop),
        train=lambda should_stop: train_due(settings, database, should_stop=should_stop),
        briefs=lambda should_stop: BriefSchedules(briefs, approvals).run_due(database, should_stop=should_stop),
    )
    jobs = Jobs(database, handlers=handlers)
    return Application(
        settings=settings,
        clock=database.clock,
        database=database,
        people=people,
        sign_on=open_sign_on(settings, database=database, people=people),
        policy=policy,
        guardrails=guardrails,
        mail=mail,
        approvals=approvals,
        delegations=Delegations(policy.review),
        bulk=BulkApprovals(approvals),
        saved_views=SavedViews(),
        retrieval=retrieval,
        models=models,
        briefs=briefs,
        jobs=jobs,
        notifications=notifications,
        privacy=_privacy(settings, database, approvals, jobs),
        checkpoints=checkpoints,
        scores=scores,
        alerts=alerts,
        alert_drafts=drafts,
        when_asked_for_rfps=rfps,
    )


def _policies(settings: Settings) -> tuple[Policy, GuardrailPolicy]:
    policy, rules = load_policy(settings.policy_file), load_guardrail_policy(settings.guardrail_policy_file)
    check_alerts_kept(rules.retention, policy.alerts)
    return policy, rules


def _privacy(settings: Settings, database: Database, approvals: ApprovalService, jobs: Jobs) -> PrivacyRequests:
    requests = PrivacyRequests(
        database,
        exports=settings.exports,
        after_erasure=lambda uow: _follow_up(approvals, jobs, uow=uow),
        ask_for_run=lambda uow: jobs.defer(Task.ERASE, uow=uow),
    )
    jobs.take_on(Task.ERASE, requests.run_waiting)
    return requests


def _index(database: Database, retrieval: RetrievalService, jobs: Jobs, *, should_stop: Callable[[], bool]) -> int:
    done = retrieval.embed_pending(should_stop=should_stop)
    if done:
        with database.unit_of_work() as uow:
            jobs.defer(Task.RFP, uow=uow)  # answers may have waited for it
    if retrieval.model.embedder is not None:
        # Imported here: word lists take a second to load.
        from copilot.workflows.chat.reading_ahead import read_ahead

        read_ahead(database, retrieval.model.embedder, should_stop=should_stop)
    return done


def _score(
    database: Database, scores: ScoreService, drafts: AlertDrafts, jobs: Jobs, *, should_stop: Callable[[], bool]
) -> int:
    def ask_again(uow: UnitOfWork) -> None:
        jobs.defer(Task.SCORE, uow=uow)

    return compute_due(database, scores, drafts, ask_again=ask_again, should_stop=should_stop)


def _approvals(
    settings: Settings,
    policy: Policy,
    guardrails: Guardrails,
    *,
    jobs: Callable[[], Jobs],
    rfps: Callable[[], "RfpWork"],
) -> ApprovalService:
    """`jobs` and `rfps` are asked for when something happens: they are made of what is made here."""

    def release_when_committed(uow: UnitOfWork) -> None:
        jobs().defer(Task.RELEASE, uow=uow)
        jobs().defer(Task.NOTIFY, uow=uow)

    def look_at_questionnaire_again(item: ReviewItem, uow: UnitOfWork) -> None:
        if item.kind is DraftKind.RFP_ANSWER:
            rfps().projects.edited_in_queue(item.draft_id, uow=uow)

    return ApprovalService(
        policy,
        guardrails=guardrails,
        on_approved=release_when_committed,
        on_edited=look_at_questionnaire_again,
        home_currency=settings.home_currency,
    )


def _rfp_work(
    database: Database,
    policy: Policy,
    approvals: ApprovalService,
    guardrails: Guardrails,
    *,
    models: ConfiguredModels,
    search: RetrievalService,
    jobs: Jobs,
) -> "RfpWork":
    # Imported here: word lists and readers of office files take a second to load.
    from copilot.workflows.rfp.assembly import rfp_work

    return rfp_work(
        database,
        approvals=approvals,
        guardrails=guardrails,
        retrieval=search,
        models=models,
        rules=policy.rfp,
        ask_for_run=lambda uow: jobs.defer(Task.RFP, uow=uow),
        tell=lambda uow: jobs.defer(Task.NOTIFY, uow=uow),
        is_indexing=lambda uow: jobs.is_under_way(Task.EMBED, uow=uow),
    )


def _release_due(
    settings: Settings, *, database: Database, policy: Policy, guardrails: Guardrails, mail: MailTransport | None
) -> int:
    return run_due_releases(
        database,
        exports=settings.exports,
        guardrails=guardrails,
        policy=policy,
        mail=mail,
        returns_to=settings.smtp_from,
        dry_run=settings.dry_run,
    )


def _follow_up(approvals: ApprovalService, jobs: Jobs, *, uow: UnitOfWork) -> int:
    """What changed records set off: stale drafts at once, the rest in the background. Returns how many went stale."""
    stale = approvals.mark_changed(uow=uow)
    jobs.defer(Task.EMBED, uow=uow)
    jobs.defer(Task.SCORE, uow=uow)
    return stale


def _keep_house(
    database: Database,
    approvals: ApprovalService,
    checkpoints: Checkpoints,
    *,
    policy: Policy,
    rules: RetentionRules,
) -> int:
    """Keep the queue true, let go what was kept long enough, learn from the rest. Returns how much that changed."""
    lapsed = 0
    for keep in (
        approvals.apply_policy,
        approvals.expire_due,
        approvals.void_lost_votes,
        approvals.escalate_due,
        approvals.end_claims,
        approvals.plant_tests,
    ):
        with database.unit_of_work() as uow:
            lapsed += keep(uow=uow)
    with database.unit_of_work() as uow:
        gone = let_go(rules, uow=uow)
    with database.unit_of_work() as uow:
        learnt = learn_due(uow=uow, rules=policy.feedback)
    return lapsed + gone + learnt + checkpoints.keep(database)


def _pinned_by_demo(database: Database) -> date | None:
    with database.unit_of_work() as uow:
        pinned = PeopleRepository(uow).workspace_fact("demo.today")
    return date.fromisoformat(pinned) if pinned else None
