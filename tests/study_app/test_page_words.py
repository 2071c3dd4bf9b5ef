import pytest

from study_app.page_words import Words, words_of_page


def kinds(page):
    return [(words.kind, words.text) for words in words_of_page(page)]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<h1>A &amp; b</h1>", [("heading", "A & b")]),
        ("<p>Take <strong>your</strong>\n time.<br>Go.</p>", [("text", "Take your time. Go.")]),
        ("<ul><li>One</li><li>two</li></ul>", [("item", "One"), ("item", "two")]),
        ('<p><a class="button secondary" href="x">Go on</a></p>', [("button", "Go on")]),
        ('<p>See <a href="x">there</a>.</p>', [("text", "See there.")]),
        ('<label><input type="radio"> <span>Yes</span></label>', [("choice", "Yes")]),
        ("<label>Why?</label><textarea></textarea>", [("text", "Why?"), ("field", "…")]),
        ('<svg aria-label="A bar"><text>no</text></svg>', [("picture", "A bar")]),
        ('<img alt="A circle">', [("picture", "A circle")]),
        ("<p>Pair <span data-number></span> next.</p>", [("text", "Pair … next.")]),
        ('<div data-right="Right: this one."></div>', [("text", "Right: this one.")]),
        ("<p hidden>For a rare moment.</p>", [("text", "For a rare moment.")]),
    ],
)
def test_a_piece_has_its_kind_and_words(page, found):
    assert kinds(page) == found


@pytest.mark.parametrize(
    "page",
    [
        "<script>a()</script>",
        "<style>p { color: red }</style>",
        "<head><title>T</title></head>",
        "<footer><p>foot <b>of</b> it</p></footer>",
        '<span aria-hidden="true">F</span>',
        '<span class="when-stacked">Upper</span>',
        '<img alt="">',
    ],
)
def test_what_nobody_reads_in_its_place_is_left_out(page):
    assert kinds(f"<p>Before</p>{page}<p>After</p>") == [("text", "Before"), ("text", "After")]


def test_a_gallery_is_told_in_a_word():
    page = '<ul class="gallery"><li><img alt="Pair 1"><p>original</p></li></ul><p>After</p>'

    assert kinds(page) == [("picture", "pairs of pictures"), ("text", "After")]


def test_what_stands_twice_is_read_twice():
    assert len(words_of_page("<button>Continue</button>" * 2)) == 2


def test_an_element_that_nobody_closes_ends_with_the_one_around_it():
    page = "<section><p>One<p>Two</section><h2>Three</h2>"

    assert [words.text for words in words_of_page(page)] == ["One", "Two", "Three"]
    assert words_of_page(page)[-1] == Words("heading", "Three")
