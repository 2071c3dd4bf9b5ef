"""The most and the least fooling pairs of each condition, with small copies of their images.

Place on the data's path: ``report.py`` hands in the rates of ``per_photo.py`` and the stimulus set;
the page shows the gallery, the twin names its pairs.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.per_photo import PhotoRates
from analysis.stimulus_images import StimulusImages, read_image
from analysis.thumbnails import THUMBNAIL_PX, data_uri, thumbnail

# Pairs at either end of a condition, fewer where there are many conditions.
MOST_PAIRS = 6
FEWER_PAIRS = 3
MANY_CONDITIONS = 4


@dataclass(frozen=True)
class PairThumbnails:
    """The small copies of one pair, as addresses that hold the images.

    Attributes:
        real: of the real photo.
        fake: of the fake.
    """

    real: str
    fake: str


def choose_gallery(rates: Sequence[PhotoRates]) -> dict[str, Any]:
    """Choose the pairs to show, as the document's ``gallery``; no pair stands at both ends."""
    most_pairs = MOST_PAIRS if len(rates) < MANY_CONDITIONS else FEWER_PAIRS
    conditions = []
    for entry in rates:
        n_pairs = min(most_pairs, len(entry.photos) // 2)
        least = entry.photos[len(entry.photos) - n_pairs :]
        conditions.append(
            {
                "condition": entry.condition,
                "most": [asdict(photo) for photo in entry.photos[:n_pairs]],
                "least": [asdict(photo) for photo in reversed(least)],
            }
        )
    return {"size_px": THUMBNAIL_PX, "conditions": conditions}


def gallery_thumbnails(
    gallery: dict[str, Any], images: StimulusImages
) -> dict[str, PairThumbnails]:
    """Give the small copies of every pair of a gallery, by ``pair_id``.

    Raises:
        StimulusSetError: an image is missing, changed, or none.
    """
    chosen = {
        photo["pair_id"]
        for entry in gallery["conditions"]
        for end in ("most", "least")
        for photo in entry[end]
    }
    small: dict[str, str] = {}
    found = {}
    for pair_id in sorted(chosen):
        pair = images.pairs[pair_id]
        for image in (pair.real, pair.fake):
            if image.sha256 not in small:
                content = read_image(images, image)
                small[image.sha256] = data_uri(thumbnail(content, name=str(image.path)))
        found[pair_id] = PairThumbnails(small[pair.real.sha256], small[pair.fake.sha256])
    return found
