from dataclasses import replace

from study_app.archive_details import ArchiveDetails
from study_app.archive_readme import readme, table
from tests.study_app.archive_content import FACTS, flow_rows, make_content


def test_who_took_part_counts_study_sessions_and_no_openings_of_pages():
    text = readme(make_content())

    assert "| step | people |" in text
    assert "| enrolled | 7 |" in text
    assert "99" not in text
    assert "from 2026-03-02 to 2026-03-05" in text
    assert "simulated observers" not in text


def test_simulated_observers_are_told_of_at_once():
    flow = flow_rows({"enrolled": 0}, {"enrolled": 3})

    text = readme(make_content(flow=flow))

    assert "**All answers in here are of simulated observers" in text.split("##")[0]
    assert "| enrolled | 0 | 3 |" in text
    mixed = readme(make_content(flow=flow_rows({"enrolled": 2}, {"enrolled": 3})))
    assert "**Some answers in here are of simulated observers" in mixed


def test_counts_are_printed_of_a_closed_study_only():
    assert "It must print" in readme(make_content())
    assert " 32.5%" in readme(make_content())

    still_open = readme(make_content(facts=replace(FACTS, state="open")))

    assert "It must print" not in still_open
    assert "32.5%" not in still_open
    assert "its state was open" in still_open.split("##")[0]


def test_conditions_have_their_role_and_how_they_were_made():
    text = readme(make_content())

    assert (
        '| full | tested | coloured by a network of this program | `{"temperature": 0.5}` |' in text
    )
    assert "| random | vigilance: shows who pays attention |" in text


def test_of_long_lists_in_settings_the_number_is_told():
    accepted = {f"ev_{number:03}.jpg": "looks mirrored" for number in range(40)}
    conditions = {"full": ("folder", {"accepted_crops": accepted, "match_lightness": True})}

    text = readme(make_content(conditions=conditions))

    assert '`{"accepted_crops": "40, all in the manifest", "match_lightness": true}`' in text
    assert "ev_007.jpg" not in text


def test_questions_are_listed_with_what_could_be_answered():
    text = readme(make_content())

    assert "* `display`: On what? (A phone / A laptop)" in text
    assert "* `strategy`: How? (free text)" in text
    assert "Afterwards" not in readme(make_content(questions=[]))


def test_what_is_not_stated_is_said_and_what_is_stated_stands_there():
    assert "* Licence of the data: not stated" in readme(make_content())
    assert "* Authors: not stated" in readme(make_content())

    details = ArchiveDetails(authors=("Ada", "Emmy"), license="CC0-1.0", funder="Crown")
    text = readme(make_content(details=details))

    assert "* Authors: Ada, Emmy" in text
    assert "* Licence of the data: CC0-1.0" in text
    assert "* Funded by: Crown" in text
    assert "Cite as" not in text


def test_a_table_keeps_its_cells_apart():
    assert table(("a", "b"), [("x|y", "1\n2")]).splitlines()[-1] == r"| x\|y | 1 2 |"
