import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from analysis.errors import StimulusSetError
from analysis.gallery import FEWER_PAIRS, MOST_PAIRS, choose_gallery, gallery_thumbnails
from analysis.per_photo import PhotoRate, PhotoRates
from analysis.stimulus_images import PairImages, StimulusImage, StimulusImages


def rates_of(n_photos: int, condition: str = "full") -> PhotoRates:
    """Photos 0, 1, 2 ... from the most to the least fooling."""
    photos = tuple(
        PhotoRate(f"photo-{k}", f"{condition}-{k}", 8, 4, 0.5, 0.5, 0.3, 0.7, 0.5, 0.6, 0.9)
        for k in range(n_photos)
    )
    return PhotoRates(condition, 0.95, None, photos, 0, 0, 0)


def a_set(folder: Path, pair_ids: list[str]) -> StimulusImages:
    pairs = {}
    for number, pair_id in enumerate(pair_ids):
        images = []
        for kind in ("real", "fake"):
            buffer = io.BytesIO()
            Image.new("RGB", (8, 8), (60 * number, 0, 0 if kind == "real" else 255)).save(
                buffer, "PNG"
            )
            path = folder / f"{pair_id}-{kind}.png"
            path.write_bytes(buffer.getvalue())
            images.append(StimulusImage(path, hashlib.sha256(buffer.getvalue()).hexdigest()))
        pairs[pair_id] = PairImages(pair_id, f"photo-{number}", "full", None, *images)
    return StimulusImages(folder, "ab" * 32, pairs)


def test_the_most_and_the_least_fooling_are_chosen() -> None:
    (entry,) = choose_gallery([rates_of(57)])["conditions"]

    assert [photo["photo_id"] for photo in entry["most"]] == [
        f"photo-{k}" for k in range(MOST_PAIRS)
    ]
    assert [photo["photo_id"] for photo in entry["least"]] == [
        f"photo-{56 - k}" for k in range(MOST_PAIRS)
    ]


@pytest.mark.parametrize(("n_photos", "n_pairs"), [(0, 0), (1, 0), (2, 1), (5, 2), (13, 6)])
def test_no_pair_stands_at_both_ends(n_photos: int, n_pairs: int) -> None:
    (entry,) = choose_gallery([rates_of(n_photos)])["conditions"]

    most, least = ({photo["pair_id"] for photo in entry[end]} for end in ("most", "least"))
    assert len(most) == len(least) == n_pairs
    assert not most & least


def test_many_conditions_show_fewer_pairs_each() -> None:
    gallery = choose_gallery([rates_of(57, name) for name in "abcdef"])

    assert {len(entry["most"]) for entry in gallery["conditions"]} == {FEWER_PAIRS}


def test_every_chosen_pair_has_its_small_copies(tmp_path: Path) -> None:
    rates = rates_of(4)
    images = a_set(tmp_path, [photo.pair_id for photo in rates.photos])

    found = gallery_thumbnails(choose_gallery([rates]), images)

    assert sorted(found) == [f"full-{k}" for k in range(4)]
    addresses = {address for pair in found.values() for address in (pair.real, pair.fake)}
    assert len(addresses) == 8
    assert all(address.startswith("data:image/jpeg;base64,") for address in addresses)


def test_a_changed_image_is_refused(tmp_path: Path) -> None:
    rates = rates_of(2)
    images = a_set(tmp_path, [photo.pair_id for photo in rates.photos])
    images.pairs["full-0"].real.path.write_bytes(b"other")

    with pytest.raises(StimulusSetError, match="full-0-real"):
        gallery_thumbnails(choose_gallery([rates]), images)
