import numpy as np
from PIL import Image

from colorizer.fakes_sheet import GAP_PX, HEADER_PX, SIDE_PX, FakesSheet

RED, BLUE = (np.full((64, 64, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
STEP = SIDE_PX + GAP_PX


def saved(sheet, tmp_path):
    sheet.save(tmp_path / "sheet.png")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
    return np.asarray(Image.open(tmp_path / "sheet.png"))


def middle_of(picture, row, column):
    return picture[HEADER_PX + GAP_PX + row * STEP + 80, GAP_PX + column * STEP + 80].tolist()


def test_rows_are_photographs_and_columns_are_what_became_of_them(tmp_path):
    sheet = FakesSheet()
    sheet.add({"original": RED, "fake": BLUE})
    sheet.add({"original": BLUE, "fake": RED})

    picture = saved(sheet, tmp_path)

    assert picture.shape == (HEADER_PX + 2 * STEP + GAP_PX, 2 * STEP + GAP_PX, 3)
    assert middle_of(picture, 0, 0) == middle_of(picture, 1, 1) == [255, 0, 0]
    assert middle_of(picture, 0, 1) == middle_of(picture, 1, 0) == [0, 0, 255]
    assert (picture[:HEADER_PX] < 128).any()  # titles are written


def test_a_long_title_stays_in_its_column(tmp_path):
    sheet = FakesSheet()
    sheet.add({"a title that is very much longer than any column": RED, "b": RED})

    picture = saved(sheet, tmp_path)

    assert (picture[:HEADER_PX, SIDE_PX + 3 : STEP + GAP_PX - 1] == 255).all()


def test_rows_after_the_most_are_left_out(tmp_path):
    sheet = FakesSheet(most_rows=1)
    for _ in range(3):
        sheet.add({"original": RED})

    assert saved(sheet, tmp_path).shape[0] == HEADER_PX + STEP + GAP_PX
