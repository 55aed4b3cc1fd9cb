"""Jobs: asked for within a transaction, done once, retried when their worker died, and seen while they run."""

import asyncio
import threading

import psycopg
import pytest
from sqlalchemy import text

from registry.kernel.errors import Conflict, NotFound
from registry.platform.database import Acting, transaction
from registry.platform.jobs import Job, defer, find_run, find_under_way, get_run, perform, work, work_once
from registry.platform.models import JobRun, JobState

pytestmark = pytest.mark.database


@pytest.fixture
def bodies(home):
    """Two organisations for which jobs are asked."""
    with transaction(home.owner, Acting("cli:essai")) as session:
        for number in (1, 2):
            session.execute(
                text(
                    "INSERT INTO organisation (id, version, lineage, kind, name, name_sort, annulled)"
                    " VALUES (:id, 1, ARRAY[:id], 'commune', 'corps', 'corps', false)"
                ),
                {"id": number},
            )
    return home


def _acting(*organisations):
    return Acting("account:7", account_id=7, reads=frozenset(organisations), writes=frozenset(organisations))


def _ask(home, key="un", *, kind="compter", organisation=1, **arguments):
    with transaction(home.app, _acting(organisation)) as session:
        return defer(
            session, kind, key=key, organisation_id=organisation, actor="account:7", account_id=7, arguments=arguments
        ).id  # fmt: skip


def _see(home, number):
    with transaction(home.app, _acting(1, 2)) as session:
        return get_run(session, number)


def _queued(home):
    with home.owner.connect() as connection:
        query = text("SELECT status::text FROM jobs.procrastinate_jobs ORDER BY id")
        return connection.execute(query).scalars().all()


def test_a_job_asked_for_in_a_transaction_that_is_undone_was_never_asked_for(bodies):
    def ask_and_fail():
        with transaction(bodies.app, _acting(1)) as session:
            defer(session, "compter", key="un", organisation_id=1, actor="account:7", account_id=7, arguments={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert _queued(bodies) == []
    with transaction(bodies.jobs, Acting("job:0")) as session:
        assert find_run(session, "compter", "un") is None
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": lambda _job: pytest.fail("it ran")})


def test_a_job_runs_in_the_name_of_who_asked_and_its_result_and_progress_are_kept(bodies):
    seen = []

    def count(job: Job):
        job.report(1, 4, "Lecture")
        seen.append(_see(bodies, job.run_id))
        return {"sum": job.arguments["a"] + 1, "actor": job.actor, "for": job.organisation_id}

    number = _ask(bodies, a=41)
    assert _see(bodies, number).state is JobState.WAITING
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": count})
    (during,) = seen
    assert (during.state, during.progress, during.total, during.step) == (JobState.RUNNING, 1, 4, "Lecture")
    assert during.started_at is not None
    done = _see(bodies, number)
    assert done.state is JobState.DONE
    assert done.result == {"sum": 42, "actor": f"job:{number} account:7", "for": 1}
    assert done.ended_at >= done.started_at


def test_the_same_key_asked_for_twice_runs_once(bodies):
    ran = []
    first, second, other = _ask(bodies), _ask(bodies), _ask(bodies, "deux")
    assert first == second != other
    functions = {"compter": lambda job: ran.append(job.run_id) or {}}
    work_once(bodies.urls.jobs, bodies.jobs, functions)
    assert _ask(bodies) == first
    work_once(bodies.urls.jobs, bodies.jobs, functions)
    assert ran == [first, other]


def test_the_same_key_asked_for_at_once_by_two_is_one_job(bodies):
    both, numbers, failures = threading.Barrier(2), [], []

    def ask():
        try:
            with transaction(bodies.app, _acting(1)) as session:
                session.execute(text("SELECT 1"))
                both.wait(10)
                numbers.append(
                    defer(
                        session, "compter", key="un", organisation_id=1, actor="account:7", account_id=7, arguments={}
                    ).id
                )  # fmt: skip
        except Exception as error:  # Handed to the test.
            failures.append(error)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    assert failures == []
    assert len(set(numbers)) == 1
    assert len(_queued(bodies)) == 1


def test_a_refusal_is_kept_as_its_sentence_and_the_job_may_be_asked_for_again(bodies):
    def refuse(_job: Job):
        raise Conflict("Cet import est déjà « appliqué ».")

    number = _ask(bodies)
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": refuse})
    failed = _see(bodies, number)
    assert (failed.state, failed.message) == (JobState.FAILED, "Cet import est déjà « appliqué ».")
    assert _ask(bodies) == number
    assert (_see(bodies, number).state, _see(bodies, number).message) == (JobState.WAITING, None)
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": lambda _job: {"ok": True}})
    assert _see(bodies, number).result == {"ok": True}


def test_a_defect_is_said_without_its_innards_and_the_next_job_runs_all_the_same(bodies):
    def break_down(_job: Job):
        raise ZeroDivisionError("secret of the machine")

    number, other = _ask(bodies), _ask(bodies, "deux", kind="autre")
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": break_down, "autre": lambda _job: {}})
    failed = _see(bodies, number)
    assert failed.state is JobState.FAILED
    assert f"sous le numéro {number}" in failed.message
    assert "secret" not in failed.message
    assert _see(bodies, other).state is JobState.DONE


def test_a_job_of_an_unknown_kind_fails_with_a_sentence(bodies):
    number = _ask(bodies)
    work_once(bodies.urls.jobs, bodies.jobs, {})
    assert _see(bodies, number).state is JobState.FAILED


def test_a_job_done_is_not_done_again(bodies):
    number = _ask(bodies)
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": lambda _job: {}})
    perform(bodies.jobs, {"compter": lambda _job: pytest.fail("it ran again")}, number)
    perform(bodies.jobs, {}, number + 1000)


def _die_in_the_middle(home, number, *, heartbeat):
    """What a worker killed in the middle of a job leaves behind."""
    with psycopg.connect(home.urls.jobs) as connection:
        connection.execute("SET search_path = jobs, public")
        (worker,) = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            [heartbeat],
        ).fetchone()
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s"
            " WHERE (args ->> 'run_id')::int = %s AND status = 'todo'",
            [worker, number],
        )
        connection.execute(
            "UPDATE public.job_run SET state = 'running', progress = 3, started_at = now() WHERE id = %s", [number]
        )


def test_a_job_whose_worker_died_is_done_by_the_next_one(bodies):
    number = _ask(bodies)
    _die_in_the_middle(bodies, number, heartbeat="10 minutes")
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": lambda _job: {"ok": True}})
    assert _see(bodies, number).result == {"ok": True}


def test_a_job_whose_worker_lives_is_left_to_it(bodies):
    number = _ask(bodies)
    _die_in_the_middle(bodies, number, heartbeat="0 seconds")
    work_once(bodies.urls.jobs, bodies.jobs, {"compter": lambda _job: pytest.fail("two at once")})
    assert _see(bodies, number).state is JobState.RUNNING


def test_a_worker_started_again_at_once_takes_the_job_up_later_without_being_restarted(bodies, monkeypatch):
    """Its predecessor's heartbeat is still fresh when it starts."""
    monkeypatch.setattr("registry.platform.jobs._LOOK_FOR_STALLED_EVERY", 0.2)
    number = _ask(bodies)
    _die_in_the_middle(bodies, number, heartbeat="0 seconds")
    done = threading.Event()

    def finish(_job: Job):
        done.set()
        return {}

    async def run_until_done():
        working = asyncio.create_task(work(bodies.urls.jobs, bodies.jobs, {"compter": finish}))
        await asyncio.sleep(0.5)
        assert not done.is_set()
        with psycopg.connect(bodies.urls.jobs) as connection:
            connection.execute(
                "UPDATE jobs.procrastinate_workers w SET last_heartbeat = now() - interval '10 minutes'"
                " FROM jobs.procrastinate_jobs j WHERE j.worker_id = w.id"
            )
        await asyncio.to_thread(done.wait, 30)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run_until_done())
    assert done.is_set()


def _end_without_a_word(home, number):
    """What a worker leaves behind when the database did not answer as it came to say that it had failed."""
    with psycopg.connect(home.urls.jobs) as connection:
        connection.execute("SET search_path = jobs, public")
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE (args ->> 'run_id')::int = %s", [number]
        )
        connection.execute("UPDATE public.job_run SET state = 'running', started_at = now() WHERE id = %s", [number])


def test_a_run_whose_work_ended_without_a_word_is_said_to_have_failed(bodies):
    number, other = _ask(bodies), _ask(bodies, "deux")
    _end_without_a_word(bodies, number)
    _die_in_the_middle(bodies, other, heartbeat="0 seconds")

    work_once(bodies.urls.jobs, bodies.jobs, {})

    assert (_see(bodies, number).state, _see(bodies, other).state) == (JobState.FAILED, JobState.RUNNING)
    assert "demandez-le de nouveau" in _see(bodies, number).message


def test_a_run_whose_work_ended_without_a_word_is_asked_for_again_at_once(bodies):
    number = _ask(bodies)
    _end_without_a_word(bodies, number)

    assert _ask(bodies) == number

    assert (_see(bodies, number).state, _queued(bodies)) == (JobState.WAITING, ["failed", "todo"])


def test_what_goes_on_for_one_thing_asked_is_found_until_it_is_over(bodies):
    number = _ask(bodies, "7:commune:a")

    def found(asked):
        with transaction(bodies.app, _acting(1)) as session:
            run = find_under_way(session, "compter", asked)
            return run.id if run is not None else None

    assert (found("7:commune"), found("7:com"), found("7")) == (number, None, number)
    _end_without_a_word(bodies, number)
    assert found("7:commune") is None


def test_jobs_of_one_lock_never_run_at_once(bodies):
    with transaction(bodies.app, _acting(1)) as session:
        for kind in ("lire", "écrire"):
            defer(session, kind, key="3", organisation_id=1, actor="account:7", account_id=7, arguments={},
                  lock="import:3")  # fmt: skip
    with bodies.owner.connect() as connection:
        rows = connection.execute(text("SELECT lock FROM jobs.procrastinate_jobs")).scalars().all()
    assert rows == ["import:3", "import:3"]


def test_a_run_is_seen_by_its_organisation_and_by_who_asked_alone(bodies):
    number = _ask(bodies, organisation=2)
    stranger = Acting("account:8", account_id=8, reads=frozenset({1}), writes=frozenset({1}))
    with transaction(bodies.app, stranger) as session, pytest.raises(NotFound):
        get_run(session, number)
    with transaction(bodies.app, Acting("account:7", account_id=7)) as session:
        assert session.get(JobRun, number) is not None
