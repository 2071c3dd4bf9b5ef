import pytest

from study_app.errors import StudyFileError
from study_app.exclusion_rule import EquivalenceRule, ExclusionRule
from study_app.study_file import load_study_file, parse_study_file, study_digest
from study_app.study_tables import Wording
from tests.study_app.factories import SMALLEST, study_text


def test_the_smallest_study_file_takes_all_else_from_the_preset_of_2016():
    study_file = parse_study_file(SMALLEST)

    assert study_file.protocol.preset == "zhang2016"
    assert (study_file.protocol.n_main, study_file.participants.per_condition) == (40, 40)
    assert study_file.consent.required


def test_a_preset_gives_what_the_file_leaves_out():
    text = SMALLEST + '[protocol]\npreset = "pix2pix2017"\nn_main = 20\n'

    protocol = parse_study_file(text).protocol

    assert (protocol.n_vigilance, protocol.n_main) == (0, 20)


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("[colour]\n", r"unknown table \[colour\]"),
        ("[protocol]\nn_trials = 3", r"\[protocol\]: unknown key n_trials"),
        ("[protocol]\nn_main = 0", r"n_main = 0 is less than 1"),
        ("[protocol]\nn_main = 2.5", "n_main = 2.5 is no whole number"),
        ("[protocol]\nn_main = true", "n_main = True is no whole number"),
        ("[protocol]\ndisplay_ms = 100000", "is more than 60000"),
        ('[protocol]\ndesign = "mixed"', "design = 'mixed' is none of 'between', 'within'"),
        ('[protocol]\npreset = "amt"', "preset 'amt' is none of zhang2016"),
        ('[conditions]\ntested = "full"', "is no list of texts"),
        ("[conditions]\ntested = [1]", "is no list of texts"),
        ("[exposure]\ntolerance_ms = nan", "tolerance_ms = nan is less than 0"),
        ("[debrief]\nshow_score = 1", "show_score = 1 is no true or false"),
        ("[desk]\nshow_fool_rates = 1", "show_fool_rates = 1 is no true or false"),
        (
            "[exclusion]\nvigilance_pass_share = 1.5",
            r"study.toml, \[exclusion\]: vigilance_pass_share = 1.5 is no fraction from 0 to 1",
        ),
        ("[exclusion]\nminimum_answer_ms = 1", r"\[exclusion\]: unknown key minimum_answer_ms"),
        ("[equivalence]\nmargin = 0.5", r"\[equivalence\]: margin = 0.5 is no fraction above 0"),
        ("[[equivalence]]\n", "equivalence is a table"),
        ("[[participants]]\n", "participants is a table"),
        ("[study]\n", "not TOML"),
        (
            '[questions]\nstandard = ["weather"]',
            "'weather' is unknown; allowed, once each: display",
        ),
        ('[questions]\nstandard = ["trouble", "trouble"]', "'trouble' stands twice"),
        ("[wording]\nen = 1", r"\[wording\]: en = 1 is no table"),
        ("[wording.en]\nhello = 'x'", r"\[wording.en\]: unknown key hello"),
        ("[wording.en]\nlead = 1", r"\[wording.en\]: lead = 1 is no text"),
        ("[wording.de]\nlead = 'x'", r"\[wording.de\]: 'de' is none of the languages offered: en"),
        ("[wording.en]\ntitle = 'x'", r"title of the first language stands in \[study\] title"),
        ("[wording.en]\npay = 'x'", r"pay of the first language stands in \[study\] pay"),
        ("[wording.en]\nconsent = 'x'", r"first language stands in \[consent\] text"),
        ('[languages]\noffered = ["en", "en"]', "'en' is offered twice"),
        ('[languages]\noffered = ["en", "de"]', r"\[wording.de\]: consent is missing"),
        (
            '[languages]\noffered = ["en", "de"]\n[wording.de]\ntitle = "x"\nconsent = " "',
            r"\[wording.de\]: consent is missing",
        ),
    ],
)
def test_a_mistake_in_a_study_file_is_named(addition, message):
    with pytest.raises(StudyFileError, match=message):
        parse_study_file(SMALLEST + addition, "study.toml")


def test_a_missing_key_is_named():
    with pytest.raises(StudyFileError, match=r"study.toml, \[study\]: title is missing"):
        parse_study_file('[study]\nid = "a"\n[consent]\ntext = "x"', "study.toml")


def test_a_whole_number_may_stand_where_a_number_is_wanted():
    assert parse_study_file(SMALLEST + "[exposure]\ntolerance_ms = 9").exposure.tolerance_ms == 9.0


def test_rules_for_the_analysis_are_those_that_are_written():
    text = SMALLEST + "[exclusion]\nminimum_response_ms = 150\n[equivalence]\nmargin = 0.05\n"

    study_file = parse_study_file(text)

    assert study_file.exclusion == ExclusionRule(minimum_response_ms=150.0)
    assert study_file.equivalence == EquivalenceRule(margin=0.05)
    assert parse_study_file(SMALLEST).exclusion == ExclusionRule(vigilance_pass_share=0.75)
    assert parse_study_file(SMALLEST).equivalence == EquivalenceRule(margin=None)


def test_a_missing_study_file_says_how_to_get_one(tmp_path):
    with pytest.raises(StudyFileError, match="study-app init"):
        load_study_file(tmp_path / "study.toml")


def test_a_folder_is_no_study_file(tmp_path):
    with pytest.raises(StudyFileError, match="a folder; the study file in it is wanted"):
        load_study_file(tmp_path)


def test_a_study_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(StudyFileError, match="UTF-8"):
        load_study_file(tmp_path / "study.toml")


def test_the_digest_covers_the_file_and_the_set():
    text = study_text()

    digests = {study_digest(text, "a"), study_digest(text, "b"), study_digest(text + "#", "a")}

    assert len(digests) == 3


def test_a_language_comes_with_the_researchers_own_words():
    text = SMALLEST + (
        '[languages]\noffered = ["en", "de"]\n'
        '[wording.de]\ntitle = "Farben"\nconsent = "Ja."\n[wording.en]\nlead = "Look."\n'
    )

    study_file = parse_study_file(text)

    assert study_file.wording == {
        "de": Wording(title="Farben", consent="Ja."),
        "en": Wording(lead="Look."),
    }
    assert parse_study_file(SMALLEST).wording == {}
