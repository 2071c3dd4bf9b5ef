"""The figures about single photos and categories of photos.

Place on the data's path: ``illustrations.py`` hands in the report's document; nothing is computed
here but words and places.
"""

from collections.abc import Iterator, Sequence

from analysis.figures import ForestLine
from analysis.figures_photos import PhotoPanel, caterpillar_plot
from analysis.illustration import Illustration
from analysis.rate_illustrations import CHANCE_MEANING, MOST_LINES, cut, draw_fool_rates
from analysis.wording import Entry, counted, in_percent, percent, rate_in_words

# With more photos, so many are drawn, evenly spaced by rank; the twin has them all.
MOST_PHOTOS_DRAWN = 90


def photo_illustrations(document: Entry) -> Iterator[Illustration]:
    """Give the figures there is something to show for."""
    if any(entry["photos"] for entry in document["photos"]):
        yield _caterpillar(document)
    if any(entry["category"] is not None for entry in document["categories"]):
        yield _categories(document)


def spaced_places(n: int, most: int = MOST_PHOTOS_DRAWN) -> list[int]:
    """Choose at most ``most`` of n places from 0, evenly, first and last among them."""
    if n <= most:
        return list(range(n))
    return sorted({round(k * (n - 1) / (most - 1)) for k in range(most)})


def _caterpillar(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    panels = [_panel(entry) for entry in document["photos"]]
    numbers = "; ".join(f"{panel.label}: {panel.text}" for panel in panels)
    thinned = (
        f" Of conditions with more than {MOST_PHOTOS_DRAWN} photos, {MOST_PHOTOS_DRAWN} evenly"
        " spaced by rank are drawn."
        if any(panel.n_photos > len(panel.ranks) for panel in panels)
        else ""
    )
    return Illustration(
        name="photos",
        title="Fool rate of every photo, in order.",
        caption=(
            "Dot: fool rate of one photo, drawn towards the mean of its condition by empirical"
            f" Bayes as far as its few trials demand. Line: {level} interval. At the right: photos"
            f" that fool at least half of people with a probability above 90 %.{thinned}"
            f" {CHANCE_MEANING}"
        ),
        alt=f"Fool rates of photos from the least to the most fooling. {numbers}.",
        draw=lambda width_in: caterpillar_plot(panels, width_in=width_in),
    )


def _panel(entry: Entry) -> PhotoPanel:
    """Turn the photos of a condition, the most fooling first, into a panel."""
    photos: Sequence[Entry] = entry["photos"][::-1]
    places = spaced_places(len(photos))
    chosen = [photos[place] for place in places]
    return PhotoPanel(
        label=entry["condition"],
        text=f"{entry['n_probably_half']:,} of {counted(len(photos), 'photo')}",
        ranks=tuple(place + 1 for place in places),
        rates=tuple(100 * photo["shrunken_rate"] for photo in chosen),
        lows=tuple(100 * photo["low"] for photo in chosen),
        highs=tuple(100 * photo["high"] for photo in chosen),
        n_photos=len(photos),
    )


def _categories(document: Entry) -> Illustration:
    level = percent(document["level"], digits=None)
    entries = largest_categories(document["categories"])
    lines = [
        ForestLine(
            label=category_name(entry),
            value=100 * entry["fool_rate"],
            interval=in_percent(entry["people_and_photos"]),
            second=None,
            text=rate_in_words(entry),
        )
        for entry in entries
    ]
    numbers = "; ".join(f"{line.label}: {line.text}" for line in lines)
    return Illustration(
        name="categories",
        title="Fool rate by category of photos.",
        caption=(
            f"Dot: fool rate. Line: {level} interval for people and photos, which is not adjusted"
            f" for the number of categories. {CHANCE_MEANING}"
            + cut(len(document["categories"]), len(lines), "categories with the most trials")
        ),
        alt=f"Forest plot of fool rates by category with a line at 50 %. {numbers}.",
        draw=lambda width_in: draw_fool_rates(lines, width_in),
    )


def largest_categories(entries: Sequence[Entry], most: int = MOST_LINES) -> list[Entry]:
    """Keep those with the most trials, in their order."""
    by_size = sorted(range(len(entries)), key=lambda place: -entries[place]["n_trials"])
    return [entries[place] for place in sorted(by_size[:most])]


def category_name(entry: Entry) -> str:
    """Name a condition and a category of its photos."""
    return f"{entry['condition']}, {entry['category'] or 'without category'}"
