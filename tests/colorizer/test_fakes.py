import numpy as np
import pytest

from colorizer.baselines import borrowed_fake, grey_fake
from colorizer.condition_specs import ConditionSpec
from colorizer.errors import ColorizerError
from colorizer.fakes import build_makers, find_networks, load_networks
from colorizer.photo_files import find_photos
from colorizer.photos import square_of_size
from colorizer.study_photos import StudyPhoto
from tests.colorizer.factories import colourful_photo, write_photos

N_PHOTOS = 6


def real_of(photo: StudyPhoto) -> np.ndarray:
    return square_of_size(colourful_photo(photo.number), 32)


@pytest.fixture
def photos(tmp_path) -> list[StudyPhoto]:
    folder = write_photos(tmp_path / "photos", N_PHOTOS)
    return [StudyPhoto(n, f"{n:016x}", source) for n, source in enumerate(find_photos([folder]))]


def maker_of(spec: ConditionSpec, photos: list[StudyPhoto], seed: int = 0, networks=None):
    (maker,) = build_makers([spec], photos, real_of, networks or {}, seed=seed)
    return maker


class FakeNetwork:
    """Stands for a loaded network; colours everything grey."""

    sha256, temperature, input_px = "ab" * 32, 0.38, 128

    def colorize(self, rgb: np.ndarray) -> np.ndarray:
        return grey_fake(rgb)


def test_the_grey_condition_is_grey(photos):
    maker = maker_of(ConditionSpec("g", "grey"), photos)

    np.testing.assert_array_equal(
        maker.make(photos[0], real_of(photos[0])), grey_fake(real_of(photos[0]))
    )
    assert (maker.condition.name, maker.condition.kind) == ("g", "grey")


def test_the_real_condition_is_the_photo_again(photos):
    maker = maker_of(ConditionSpec("same", "real"), photos)

    np.testing.assert_array_equal(maker.make(photos[0], real_of(photos[0])), real_of(photos[0]))


def lenders(photos: list[StudyPhoto], seed: int, name: str = "random") -> list[int]:
    """Find out by the pixels whose colours each fake has."""
    maker = maker_of(ConditionSpec(name, "random"), photos, seed)
    found = []
    for photo in photos:
        fake = maker.make(photo, real_of(photo))
        candidates = [
            donor.number
            for donor in photos
            if np.array_equal(fake, borrowed_fake(real_of(photo), real_of(donor)))
        ]
        found += candidates
    return found


def test_the_random_condition_borrows_from_another_photo_of_the_set(photos):
    lent = lenders(photos, seed=1)

    assert sorted(lent) == list(range(N_PHOTOS))
    assert all(donor != number for number, donor in enumerate(lent))


def test_the_seed_and_the_conditions_name_decide_who_lends(photos):
    assert lenders(photos, seed=1) == lenders(photos, seed=1)
    assert lenders(photos, seed=1) != lenders(photos, seed=2)
    assert lenders(photos, seed=1) != lenders(photos, seed=1, name="other")


def test_one_photo_alone_has_no_random_fake(photos):
    with pytest.raises(ColorizerError, match="1 photographs are too few for the random fake"):
        maker_of(ConditionSpec("random", "random"), photos[:1])


def test_a_network_colours_and_is_described(photos):
    spec = ConditionSpec("full", "weights", "runs/best.keras")

    maker = maker_of(spec, photos, networks={"full": FakeNetwork()})

    np.testing.assert_array_equal(
        maker.make(photos[0], real_of(photos[0])), grey_fake(real_of(photos[0]))
    )
    assert maker.condition.settings == {
        "weights": "best.keras",
        "weights_sha256": "ab" * 32,
        "temperature": 0.38,
        "input_px": 128,
    }


def test_a_folder_serves_as_a_condition(photos, tmp_path):
    fakes = write_photos(tmp_path / "fakes", N_PHOTOS)
    spec = ConditionSpec("mine", "folder", str(fakes))

    maker = maker_of(spec, photos)

    assert maker.make(photos[2], real_of(photos[2])).shape == (32, 32, 3)
    assert maker.condition.settings["folder"] == "fakes"


def test_makers_come_in_the_order_of_the_conditions(photos):
    specs = [ConditionSpec("b", "grey"), ConditionSpec("a", "random"), ConditionSpec("c", "real")]

    makers = build_makers(specs, photos, real_of, {}, seed=0)

    assert [maker.condition.name for maker in makers] == ["b", "a", "c"]


def test_missing_weights_and_folders_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ColorizerError, match=r"condition f: no folder .*none"):
        load_networks([ConditionSpec("f", "folder", str(tmp_path / "none"))])
    with pytest.raises(ColorizerError, match=r"none\.keras: no network there"):
        load_networks([ConditionSpec("w", "weights", str(tmp_path / "none.keras"))])


def test_the_file_of_each_network_is_found(tmp_path):
    (tmp_path / "some.keras").touch()
    specs = [
        ConditionSpec("full", "weights", "default"),
        ConditionSpec("random", "random"),
        ConditionSpec("own", "weights", str(tmp_path / "some.keras")),
    ]

    found = find_networks(specs)

    assert {name: path.name for name, path in found.items()} == {
        "full": "default.keras",
        "own": "some.keras",
    }


def test_conditions_without_a_network_load_none():
    assert find_networks([ConditionSpec("random", "random")]) == {}
    assert load_networks([ConditionSpec("random", "random"), ConditionSpec("g", "grey")]) == {}
