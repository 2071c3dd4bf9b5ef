"""A page that can be looked at only, tag by tag."""

import pytest

from study_app.inert_page import make_inert

LEADS_ON = {"/consent": "/preview/consent", "/images/a": "/preview/images/a"}


def inert(page):
    return make_inert(page, LEADS_ON.get)


@pytest.mark.parametrize(
    "page",
    [
        '<!doctype html>\n<html lang="en"><head><title>A &amp; B</title></head>',
        '<p class="x">Text &ndash; &#8211; «ü»<br>\n<strong>more</strong></p>',
        '<svg viewBox="0 0 20 20"><path d="M3 11 8 16" fill="none"/></svg>',
        '<script type="module" src="/static/js/a.js"></script>',
        '<input type="hidden" name="csrf_token" value="a&#34;b">',
        '<button class="button" type="button" disabled>Left</button>',
    ],
)
def test_what_sends_nothing_stays_as_it_is(page):
    assert inert(page) == page


def test_a_form_goes_nowhere_and_its_buttons_do_nothing():
    page = (
        '<form class="a" method="post" action="/consent" data-keypad data-next-person>'
        '<button type="submit" name="agree" value="yes">Yes</button>'
        '<input type="submit" formaction="/x" value="No"></form>'
    )

    assert inert(page) == (
        '<form class="a" data-keypad><button type="button" name="agree" value="yes">Yes</button>'
        '<input type="button" value="No"></form>'
    )


def test_a_link_leads_on_inside_the_preview():
    assert inert('<a class="button" href="/consent">On</a>') == (
        '<a class="button" href="/preview/consent">On</a>'
    )


def test_a_link_that_would_lead_away_leads_nowhere_and_says_so():
    assert inert('<a href="https://elsewhere.example/?a=b&amp;c">Away</a>') == (
        '<a role="link" aria-disabled="true">Away</a>'
    )


def test_pictures_come_from_the_preview_or_not_at_all():
    assert inert('<img src="/images/a" alt="A &quot;b&quot;">') == (
        '<img src="/preview/images/a" alt="A &quot;b&quot;">'
    )
    assert inert('<img src="/images/other" alt="">') == '<img alt="">'


def test_what_a_page_says_cannot_break_out_of_an_attribute():
    assert inert('<a title="&quot;&gt;&lt;script&gt;" href="/consent">x</a>') == (
        '<a title="&quot;&gt;&lt;script&gt;" href="/preview/consent">x</a>'
    )
