"""The server's clock jumps, forwards and back, by seconds or years: nothing is lost or doubled."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import trial_flow
from study_app.catalog import find_study
from study_app.enrolment import Applicant, enrol
from study_app.export import export_study
from study_app.extensions import db
from study_app.models import Response, StudySession
from study_app.responses import parse_response
from tests.study_app.factories import NOW, response_body

JUMPS = (
    timedelta(0),
    timedelta(seconds=-1),
    timedelta(hours=-3),
    timedelta(hours=2),
    timedelta(days=-400),
    timedelta(days=400),
)


@pytest.mark.parametrize("seed", range(6))
def test_whoever_takes_part_meanwhile_can_finish(open_app, chance, seed, tmp_path):
    with open_app.app_context():
        session, clock = db.session(), lambda: NOW + chance.choice(JUMPS)
        code = enrol(session, "colours", Applicant(f"key {seed}"), clock()).code
        sent = []
        while issued := trial_flow.issue_next_trial(session, code, clock()):
            body = response_body()
            for _ in range(chance.choice([1, 2])):  # the second is a repeat of the first
                report = parse_response(body)
                trial_flow.record_response(session, code, issued.trial_key, report, clock())
            sent.append(body["response_key"])

        stored = session.scalars(sa.select(Response.response_key).order_by(Response.id)).all()
        found = session.scalars(sa.select(StudySession)).one()
        assert stored == sent
        assert (found.state, found.n_answered, bool(found.completion_code)) == (
            "finished",
            len(sent),
            True,
        )
        exported = export_study(session, find_study(session, "colours"), tmp_path / "export")
        assert exported.n_trials == len(sent) == 10
