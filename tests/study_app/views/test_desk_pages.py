from study_app.views.desk_access import desk as blueprint
from study_app.views.desk_pages import desk
from tests.study_app.desk_logins import set_desk_password
from tests.study_app.factories import Browser

PATHS = (
    *(
        "",
        "now",
        "participants",
        "quality",
        "links",
        "pictures",
        "pictures/1/real.png",
        "data",
        "contact",
    ),
    *("data.zip", "archive.zip", "report/now", "report/report.html", "report/report.json"),
)


def test_the_blueprint_is_the_one_behind_the_door():
    assert desk is blueprint


def test_a_stranger_who_asks_for_a_page_of_a_study_stands_before_the_door(open_app):
    set_desk_password(open_app)
    stranger = Browser(open_app)

    for path in PATHS:
        answer = stranger.get(f"/desk/colours/{path}")

        assert answer.status_code == 302, path
        assert answer.location.startswith("/desk/login?next=/desk/colours/")


def test_every_address_of_a_form_leads_who_comes_without_it_somewhere(open_app):
    """By "Back", by a reload that drops the form, or by typing what the address line showed."""
    methods = {}
    for rule in open_app.url_map.iter_rules():
        is_of_a_script = "/preview/" in rule.rule  # the presenter's, that nobody comes to
        if rule.rule.startswith("/desk/") and not is_of_a_script:
            methods.setdefault(rule.rule, set()).update(rule.methods)

    forms = [rule for rule, allowed in methods.items() if "POST" in allowed]

    assert len(forms) >= 5
    assert [rule for rule in forms if "GET" not in methods[rule]] == []
