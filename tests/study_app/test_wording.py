import pytest

from study_app.study_file import parse_study_file
from study_app.wording import Words, words_of

STUDY = """
[study]
id = "colours"
title = "Colours"
pay = "Two pounds"
[consent]
text = "Yes."
[languages]
offered = ["en", "de"]
[wording.en]
invitation = "More.\\n\\nAnd more."
lead = "Look."
[wording.de]
title = "Farben"
consent = "Ja."
lead = "Schauen Sie."
"""


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("en", "title", Words("Colours", "en")),
        ("de", "title", Words("Farben", "de")),
        ("en", "consent", Words("Yes.", "en")),
        ("de", "consent", Words("Ja.", "de")),
        ("de", "lead", Words("Schauen Sie.", "de")),
        ("de", "pay", Words("Two pounds", "en")),
        ("de", "invitation", Words("More.\n\nAnd more.", "en")),
        ("de", "debrief", Words("", "en")),
    ],
)
def test_own_words_are_in_the_language_of_the_page_or_else_in_the_first(language, name, words):
    assert words_of(parse_study_file(STUDY), language)[name] == words


def test_empty_lines_part_paragraphs():
    assert Words("One\nline.\n\n\n  Two.\n", "en").paragraphs == ["One\nline.", "Two."]
    assert Words(" \n", "en").paragraphs == []


def test_the_texts_of_the_first_language_need_no_table_of_wording():
    plain = parse_study_file('[study]\nid = "a"\ntitle = "A"\n[consent]\ntext = "Yes."')

    words = words_of(plain, "en")

    assert (words["title"].text, words["consent"].text, words["lead"].text) == ("A", "Yes.", "")
