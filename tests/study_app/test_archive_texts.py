from study_app.archive_details import ArchiveDetails
from study_app.archive_texts import changes_text, consent_texts, license_text, protocol_text
from study_app.study_file import parse_study_file
from tests.study_app import factories
from tests.study_app.archive_content import FACTS

GERMAN = '\n[wording.de]\ntitle = "Farben"\nconsent = "Freiwillig."\n'


def test_the_consent_is_there_in_every_language():
    source = factories.study_text().replace('offered = ["en"]', 'offered = ["en", "de"]')

    texts = consent_texts(parse_study_file(source + GERMAN))

    assert set(texts) == {"en", "de"}
    assert texts["de"] == "Freiwillig.\n"


def test_a_study_that_asks_for_no_consent_has_no_text_of_it():
    source = factories.study_text().replace("required = true", "required = false")

    assert consent_texts(parse_study_file(source)) == {}


def test_the_protocol_has_the_defaults_filled_in():
    source = '[study]\nid = "a"\ntitle = "A"\n[consent]\ntext = "I agree."\n'

    text = protocol_text(parse_study_file(source), ["one departure"])

    assert "| display_ms | 1000 |" in text
    assert "| break_after | true |" in text
    assert "* one departure." in text


def test_the_history_is_in_the_order_of_days():
    erased = [{"erased_at": "2026-03-01T23:00:00Z", "n_trials": "50", "receipt": "r1"}]

    lines = [line for line in changes_text(FACTS, erased).splitlines() if line.startswith("*")]

    assert lines == [
        "* 2026-03-01: the study was created.",
        "* 2026-03-01: 50 trials of one participant were erased (receipt r1).",
        "* 2026-03-02: the study was opened.",
    ]


def test_a_licence_that_is_not_stated_allows_nothing():
    assert "not stated" in license_text(ArchiveDetails())
    assert "licensed under: CC0-1.0" in license_text(ArchiveDetails(license="CC0-1.0"))
