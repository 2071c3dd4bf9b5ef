import pytest

from study_app.errors import StudyFileError
from study_app.study_file import parse_study_file
from study_app.study_tables import QuestionWording
from tests.study_app.factories import SMALLEST

MASK = '[protocol]\nmask = "noise"\nmask_ms = 200\n'


@pytest.mark.parametrize("slug", ["", "Two Words", "-a", "a/b", "é", "a" * 64])
def test_an_id_that_does_not_fit_an_address_is_refused(slug):
    text = SMALLEST.replace('"colours"', f'"{slug}"')

    with pytest.raises(StudyFileError, match="stands in addresses"):
        parse_study_file(text)


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


@pytest.mark.parametrize(
    ("blanks", "message"),
    [
        ("isi_ms = 199\nresponse_delay_ms = 200", "mask_ms = 200 .* isi_ms = 199"),
        ("isi_ms = 600", "mask_ms = 200 .* response_delay_ms = 100"),
        ('layout = "side-by-side"\nresponse_delay_ms = 0', "response_delay_ms = 0"),
    ],
)
def test_a_mask_fits_in_the_blank_after_each_picture(blanks, message):
    with pytest.raises(StudyFileError, match=rf"study.toml, \[protocol\]: .*{message}"):
        parse_study_file(SMALLEST + MASK + blanks, "study.toml")


@pytest.mark.parametrize(
    "blanks",
    [
        "isi_ms = 200\nresponse_delay_ms = 200",
        'layout = "side-by-side"\nisi_ms = 0\nresponse_delay_ms = 200',
    ],
)
def test_a_mask_as_long_as_the_blanks_is_allowed(blanks):
    assert parse_study_file(SMALLEST + MASK + blanks).protocol.mask_ms == 200


@pytest.mark.parametrize("kind", ["prolific", "mturk"])
def test_a_platform_that_always_pays_cannot_be_unpaid(kind):
    text = f'[recruiter]\nkind = "{kind}"\ncompletion_code = "C"\npaid = false\n'

    with pytest.raises(StudyFileError, match=f"people of {kind} are always paid"):
        parse_study_file(SMALLEST + text)
    parse_study_file(SMALLEST + '[recruiter]\nkind = "kiosk"\npaid = false\n')
