from study_app.views.plain_lane import plain_trials
from tests.study_app.factories import Browser


def test_statements_are_prepared_once_for_an_app(open_app):
    with open_app.app_context():
        assert plain_trials() is plain_trials()


def test_all_but_the_first_trial_and_the_last_answer_are_plain(open_app, monkeypatch):
    browser = Browser(open_app)
    browser.consent()
    browser.answer_next()

    def whole_way(*_arguments):
        raise AssertionError("the plain way was left")

    for name in ("issue_next_trial", "start_trial", "record_response", "find_trial_image"):
        monkeypatch.setattr(f"study_app.trial_flow.{name}", whole_way)
    for _ in range(8):
        page = "9b2f1c1e-58f5-4b3e-9d43-000000000001"
        trial = browser.client.get(f"/api/trials/next?page={page}").json
        assert browser.client.get(trial["images"]["left"]).status_code == 200
        started = browser.post_json(f"/api/trials/{trial['trial_key']}/start", {"page_key": page})
        assert started.json == {"started": True}
        assert browser.answer(trial["trial_key"]).json["recorded"]
