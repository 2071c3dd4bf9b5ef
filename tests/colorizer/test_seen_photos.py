import io

import numpy as np
import pytest
from PIL import Image

from colorizer.errors import SeenPhotoError
from colorizer.fingerprints import (
    as_fingerprints,
    find_fingerprints,
    load_fingerprints,
    save_fingerprints,
)
from colorizer.near_duplicates import fingerprint
from colorizer.photo_files import find_photos
from colorizer.photos import crop_square, photo_id, read_photo, resize, square_of_size
from colorizer.sample_photos import cut_sample_crops
from colorizer.seen_photos import (
    N_NAMED,
    Match,
    TrainingPhotos,
    find_match,
    find_seen,
    load_training_photos,
    refuse_seen,
    seen_notes,
    seen_record,
)
from colorizer.study_photos import StudyPhoto
from colorizer.weights_files import find_weights
from tests.colorizer.factories import encode, write_photos
from tests.colorizer.shared_data import shared_folder

SIZE_PX = 96


def compressed(rgb: np.ndarray) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(encode(rgb, "JPEG", quality=70))))


def brighter(rgb: np.ndarray) -> np.ndarray:
    return np.minimum(rgb * 1.1 + 0.5, 255).astype(np.uint8)


COPIES = {
    "smaller": lambda rgb: resize(rgb, rgb.shape[0] // 2, rgb.shape[1] // 2),
    "larger": lambda rgb: resize(rgb, rgb.shape[0] * 2, rgb.shape[1] * 2),
    "compressed": compressed,
    "square": crop_square,
    "brighter": brighter,
    "darker": lambda rgb: (rgb * 0.9).astype(np.uint8),
    "grey": lambda rgb: np.array(Image.fromarray(rgb).convert("L").convert("RGB")),
    "all at once": lambda rgb: brighter(compressed(square_of_size(rgb, 2 * SIZE_PX))),
}


@pytest.fixture(scope="module")
def crops() -> list[np.ndarray]:
    """Pieces of real photographs, 128 x 128 px, cut to 5:4 so that the square is another one."""
    return [np.ascontiguousarray(crop.rgb[13:115]) for crop in cut_sample_crops()]


@pytest.fixture(scope="module")
def seen(crops) -> np.ndarray:
    """Those of every second one, as training sees it: packed small."""
    return as_fingerprints([fingerprint(square_of_size(rgb, SIZE_PX)).square for rgb in crops[::2]])


@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("how", COPIES)
def test_copies_of_what_was_seen_are_found(crops, seen, how, is_mirrored):
    """All but one of 29: simple pieces of sky have signs that rounding can turn."""
    copies = (
        COPIES[how](np.ascontiguousarray(rgb[:, :: -1 if is_mirrored else 1])) for rgb in crops[::2]
    )

    matches = [find_match(seen, fingerprint(square_of_size(copy, SIZE_PX))) for copy in copies]

    assert sum(match is None for match in matches) <= 1
    assert {match.is_mirrored for match in matches if match} == {is_mirrored}


def test_what_was_not_seen_is_not_found(crops, seen):
    assert [find_match(seen, fingerprint(rgb)) for rgb in crops[1::2]] == [None] * 28


def test_among_nothing_nothing_is_found(crops):
    assert find_match(as_fingerprints([]), fingerprint(crops[0])) is None


def test_the_nearest_is_told(crops, seen):
    exact = fingerprint(square_of_size(crops[0], SIZE_PX))

    assert find_match(seen, exact) == Match(0, is_mirrored=False)


@pytest.fixture
def photos(tmp_path) -> list[StudyPhoto]:
    folder = write_photos(tmp_path / "photos", N_NAMED + 5)
    sources = enumerate(find_photos([folder]))
    return [StudyPhoto(n, photo_id(read_photo(source)), source) for n, source in sources]


def shown(photo: StudyPhoto) -> np.ndarray:
    return square_of_size(read_photo(photo.source), SIZE_PX)


def mirrored(photo: StudyPhoto) -> np.ndarray:
    return np.ascontiguousarray(shown(photo)[:, ::-1])


def training(photos, read, *conditions: str) -> TrainingPhotos:
    hashes = [fingerprint(read(photo)).square for photo in photos]
    return TrainingPhotos(conditions, as_fingerprints(hashes), "ab" * 32)


def test_a_set_of_new_photographs_passes(photos):
    found = find_seen([training(photos[3:], shown, "full")], photos[:3], shown)

    refuse_seen(found)

    assert seen_notes(found) == ()
    assert seen_record(found) == [
        {
            "conditions": ["full"],
            "is_checked": True,
            "n_fingerprints": N_NAMED + 2,
            "fingerprints_sha256": "ab" * 32,
            "max_distance": 10,
            "min_likeness": 0.97,
            "seen": [],
        }
    ]


def test_each_seen_photograph_is_a_line_of_the_refusal(photos):
    networks = [training(photos[:1], shown, "full", "mean"), training(photos[1:2], mirrored, "l2")]

    with pytest.raises(SeenPhotoError) as refusal:
        refuse_seen(find_seen(networks, photos[:3], shown))

    first, plain, second, other = str(refusal.value).splitlines()
    assert first.startswith("1 of the 3 photographs were seen in training by the network of")
    assert "conditions full, mean" in first
    assert "--allow-seen" in first
    assert plain == f"  {photos[0].source.origin}: 0 of 63 signs differ"
    assert "condition l2" in second
    assert other.startswith(f"  {photos[1].source.origin}: mirrored, ")


def test_of_many_the_first_are_named_and_the_rest_counted(photos):
    with pytest.raises(SeenPhotoError, match=r"25 of the 25") as refusal:
        refuse_seen(find_seen([training(photos, shown, "full")], photos, shown))

    lines = str(refusal.value).splitlines()
    assert len(lines) == 1 + N_NAMED + 1
    assert lines[-1] == "  and 5 more"


def test_what_is_allowed_is_recorded_and_warned_of(photos):
    found = find_seen([training(photos[:1], shown, "full")], photos[:2], shown)

    assert seen_notes(found)[0].startswith("warning: 1 of the 2 photographs were seen in training")
    assert seen_record(found)[0]["seen"] == [
        {
            "photo_id": photos[0].photo_id,
            "source_name": "photo_000.png",
            "distance": 0,
            "is_mirrored": False,
        }
    ]


def test_a_network_without_fingerprints_is_a_note_and_no_error(photos):
    found = find_seen([TrainingPhotos(("full",), None)], photos, shown)

    refuse_seen(found)

    assert "condition full carries no fingerprints" in seen_notes(found)[0]
    assert seen_record(found) == [{"conditions": ["full"], "is_checked": False}]


def test_a_network_of_two_conditions_is_asked_once(tmp_path):
    save_fingerprints(as_fingerprints([]), tmp_path / "a.fingerprints.npy")
    networks = {name: tmp_path / f"{name[0]}.keras" for name in ("a1", "b", "a2")}

    first, second = load_training_photos(networks)

    assert (first.conditions, second.conditions) == (("a1", "a2"), ("b",))
    assert first.fingerprints is not None
    assert len(first.sha256) == 64
    assert second.fingerprints is None


def test_the_default_network_has_not_seen_the_sample_photographs():
    path = find_fingerprints(find_weights("default"))
    assert path is not None

    known = load_fingerprints(path)

    assert len(known) > 18_000
    assert [find_match(known, fingerprint(crop.rgb)) for crop in cut_sample_crops()] == [None] * 57


def test_the_default_network_knows_its_own_photographs_and_not_those_to_evaluate_with():
    """Ties the shipped file to the shipped hash and to the photographs it is of."""
    known = load_fingerprints(find_fingerprints(find_weights("default")))
    trained = [
        source
        for number, source in zip(
            range(40), find_photos([shared_folder("train") / "train-0.tar"]), strict=False
        )
        if number % 4 == 0
    ]
    new = list(find_photos([shared_folder("eval")]))[::10]

    def match(source):
        return find_match(known, fingerprint(square_of_size(read_photo(source), 256)))

    assert all(match(source) is not None for source in trained)
    assert [match(source) for source in new] == [None] * len(new)
