import pytest

from study_app.errors import StudyFileError
from study_app.exclusion_rule import EquivalenceRule, ExclusionRule
from study_app.study_file import load_study_file, parse_study_file, study_digest
from study_app.study_tables import QuestionWording, Wording
from tests.study_app.factories import study_text

SMALLEST = """
[study]
id = "colours"
title = "Colours"
[consent]
text = "Yes."
"""


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


@pytest.mark.parametrize("slug", ["", "Two Words", "-a", "a/b", "é", "a" * 64])
def test_an_id_that_does_not_fit_an_address_is_refused(slug):
    text = SMALLEST.replace('"colours"', f'"{slug}"')

    with pytest.raises(StudyFileError, match="stands in addresses"):
        parse_study_file(text)


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


@pytest.mark.parametrize("url", ["", "https://lab.example/end?c={code}", "http://lab.example"])
def test_people_are_sent_to_an_address_of_the_web(url):
    text = SMALLEST + f'[recruiter]\ncompletion_url = "{url}"\n'

    assert parse_study_file(text).recruiter.completion_url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "lab.example",
        "//lab.example",
        "https://",
        "https://a b",
        "https:///x",
    ],
)
def test_an_address_that_is_none_of_the_web_is_refused(url):
    with pytest.raises(StudyFileError, match=r"\[recruiter\]: completion_url = .* https://"):
        parse_study_file(SMALLEST + f'[recruiter]\ncompletion_url = "{url}"\n')


def test_prolific_needs_the_code_it_pays_by():
    text = SMALLEST + '[recruiter]\nkind = "prolific"\n'
    with pytest.raises(StudyFileError, match="completion_code is missing"):
        parse_study_file(text)

    assert parse_study_file(text + 'completion_code = "C1"\n').recruiter.kind == "prolific"


@pytest.mark.parametrize(
    ("consent", "message"),
    [
        ('text = " "', "text is empty; required = false says"),
        ('text = "x"\nversion = " "', "version has 1 characters; 1 to 200"),
        (f'text = "x"\nversion = "{"1" * 201}"', "version has 201 characters; 1 to 200"),
    ],
    ids=["no text", "no version", "version too long"],
)
def test_consent_has_a_text_and_a_version(consent, message):
    with pytest.raises(StudyFileError, match=rf"study.toml, \[consent\]: {message}"):
        parse_study_file(SMALLEST.replace('text = "Yes."', consent), "study.toml")


def test_a_study_without_consent_may_say_nothing():
    text = SMALLEST.replace('text = "Yes."', 'text = ""\nrequired = false')

    assert not parse_study_file(text).consent.required


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('text = ""\noptions = ["a", "b"]', "text is empty"),
        ('text = "x"\nkind = "text"\noptions = ["a", "b"]', "a text has no options"),
        ('text = "x"\noptions = ["a"]', "a choice needs at least two different options"),
        ('text = "x"\noptions = ["a", "b", "a"]', "option 'a' stands twice"),
        ('text = "x"\noptions = ["a", ""]', "option '' must have 1 to 200 characters"),
        ('text = "x"\noptions = ["a", " b"]', "option ' b' must have .* no space at its ends"),
    ],
    ids=["no text", "needless options", "one option", "option twice", "empty option", "space"],
)
def test_a_question_that_cannot_be_answered_is_refused(keys, message):
    with pytest.raises(StudyFileError, match=rf"\[\[question\]\] 1: {message}"):
        parse_study_file(SMALLEST + f'[[question]]\nid = "own"\n{keys}\n')


QUESTION_IN_GERMAN = """
[[question]]
id = "work"
text = "Do you work with pictures?"
options = ["Yes", "No"]
[languages]
offered = ["en", "de"]
[wording.de]
consent = "Ja."
"""


def test_an_own_question_may_be_said_in_another_language():
    table = (
        '[wording.de.question.work]\ntext = "Arbeiten Sie mit Bildern?"\noptions = ["Ja", "Nein"]'
    )

    wording = parse_study_file(SMALLEST + QUESTION_IN_GERMAN + table).wording["de"]

    assert wording.question == {
        "work": QuestionWording("Arbeiten Sie mit Bildern?", ("Ja", "Nein"))
    }


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("question = 1", r"\[wording.de\]: question = 1 is no table"),
        ("question.work = 1", r"\[wording.de.question\]: work = 1 is no table"),
        ("question.work = {}", r"\[wording.de.question.work\]: text is missing"),
        ('question.work = {text = "x"}', r"\[wording.de.question.work\]: 0 options; .* 2"),
        ('question.play = {text = "x"}', r"\[wording.de.question.play\]: is for questions of"),
        (
            '[wording.en.question.work]\ntext = "x"\noptions = ["a", "b"]',
            r"\[wording.en.question.work\]: is for questions of .* than the first",
        ),
    ],
)
def test_a_mistake_in_a_translated_question_is_named(addition, message):
    with pytest.raises(StudyFileError, match=message):
        parse_study_file(SMALLEST + QUESTION_IN_GERMAN + addition, "study.toml")
