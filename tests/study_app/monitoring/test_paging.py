import pytest

from study_app.monitoring.paging import PageCut, cut_page


@pytest.mark.parametrize(
    ("number", "n_items", "cut"),
    [
        (1, 0, PageCut(1, 1, 0, 0)),
        (7, 0, PageCut(1, 1, 0, 0)),
        (1, 25, PageCut(1, 1, 0, 25)),
        (2, 26, PageCut(2, 2, 25, 26)),
        (99, 26, PageCut(2, 2, 25, 26)),
        (0, 26, PageCut(1, 2, 0, 25)),
        (-3, 26, PageCut(1, 2, 0, 25)),
    ],
)
def test_the_nearest_page_that_exists_is_given(number, n_items, cut):
    assert cut_page(number, n_items, 25) == cut


@pytest.mark.parametrize("n_items", range(1, 60))
def test_every_item_is_on_one_page(n_items):
    cuts = [cut_page(k + 1, n_items, 7) for k in range(cut_page(1, n_items, 7).n_pages)]

    assert [item for cut in cuts for item in range(cut.start, cut.stop)] == list(range(n_items))
