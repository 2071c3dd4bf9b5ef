import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.errors import StimulusSetError
from analysis.stimulus_images import check_covers, read_image, read_stimulus_images
from colorizer.manifest import Condition, ImageFile, StimulusPair, StimulusSet, save_manifest

Make = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of two photos under two conditions, written by the producer of the contract."""
    place = tmp_path / "set"
    (place / "images").mkdir(parents=True)

    def image(name: str) -> ImageFile:
        (place / "images" / name).write_bytes(name.encode())
        return ImageFile(f"images/{name}", hashlib.sha256(name.encode()).hexdigest())

    pairs = tuple(
        StimulusPair(
            pair_id=f"{photo}-{condition}",
            photo_id=photo,
            condition=condition,
            real=image(f"{photo}.png"),
            fake=image(f"{photo}-{condition}.png"),
            category=category,
        )
        for photo, category in (("ape", "n02481823"), ("bee", None))
        for condition in ("full", "half")
    )
    conditions = (Condition("full", "folder"), Condition("half", "folder"))
    save_manifest(StimulusSet(8, "png", conditions, pairs), place)
    return place


@pytest.fixture
def change_manifest(folder: Path) -> Make:
    def change(edit: Callable[[dict[str, Any]], Any]) -> Path:
        path = folder / "manifest.json"
        document = json.loads(path.read_text())
        edit(document)
        path.write_text(json.dumps(document))
        return folder

    return change


def rows(*pairs: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["pair_id", "photo_id", "condition"])


def test_each_pair_has_its_images_and_category(folder: Path) -> None:
    images = read_stimulus_images(folder)

    assert sorted(images.pairs) == ["ape-full", "ape-half", "bee-full", "bee-half"]
    pair = images.pairs["ape-half"]
    assert (pair.photo_id, pair.condition, pair.category) == ("ape", "half", "n02481823")
    assert (pair.real.path, pair.fake.path) == ("images/ape.png", "images/ape-half.png")
    assert images.categories == {"ape": "n02481823"}
    assert images.sha256 == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert read_stimulus_images(folder / "manifest.json") == images


def test_an_image_is_read_whole(folder: Path) -> None:
    images = read_stimulus_images(folder)

    assert read_image(images, images.pairs["ape-half"].fake) == b"ape-half.png"


def test_the_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    images = read_stimulus_images(tmp_path / "link")

    assert read_image(images, images.pairs["bee-full"].real) == b"bee.png"


def test_an_image_of_other_bytes_is_refused(folder: Path) -> None:
    images = read_stimulus_images(folder)
    (folder / "images" / "ape.png").write_bytes(b"another")

    with pytest.raises(StimulusSetError, match=r"ape\.png: has SHA-256 .*as in manifest\.json"):
        read_image(images, images.pairs["ape-full"].real)


def test_a_missing_image_is_named(folder: Path) -> None:
    images = read_stimulus_images(folder)
    (folder / "images" / "ape.png").unlink()

    with pytest.raises(StimulusSetError, match=r"ape\.png: there is no such file"):
        read_image(images, images.pairs["ape-full"].real)


@pytest.mark.parametrize("part", ["images/ape.png", "images"])
def test_links_inside_the_folder_are_refused(part: str, folder: Path, tmp_path: Path) -> None:
    (folder / part).rename(tmp_path / "elsewhere")
    (folder / part).symlink_to(tmp_path / "elsewhere")
    images = read_stimulus_images(folder)

    with pytest.raises(StimulusSetError, match="is a link"):
        read_image(images, images.pairs["ape-full"].real)


@pytest.mark.parametrize(
    "path", ["../ape.png", "images/../../ape.png", "/etc/passwd", "", "..\\ape.png", "C:/ape.png"]
)
def test_paths_that_leave_the_folder_are_refused(path: str, change_manifest: Make) -> None:
    folder = change_manifest(lambda document: document["pairs"][0]["fake"].update(path=path))

    with pytest.raises(StimulusSetError, match="allowed: a path inside the folder"):
        read_stimulus_images(folder)


@pytest.mark.parametrize("digest", ["", "ab", "G" * 64])
def test_what_is_no_digest_is_refused(digest: str, change_manifest: Make) -> None:
    folder = change_manifest(lambda document: document["pairs"][0]["real"].update(sha256=digest))

    with pytest.raises(StimulusSetError, match="allowed: 64 hex digits"):
        read_stimulus_images(folder)


@pytest.mark.parametrize(
    "edit",
    [
        lambda document: document.update(format="another"),
        lambda document: document.update(format_version=2),
        lambda document: document.pop("pairs"),
        lambda document: document.update(pairs={"a": 1}),
        lambda document: document["pairs"][0].pop("photo_id"),
        lambda document: document["pairs"][0].update(real="images/ape.png"),
        lambda document: document["pairs"][0].update(category=3),
    ],
)
def test_what_is_no_manifest_is_refused(edit: Make, change_manifest: Make) -> None:
    folder = change_manifest(edit)

    with pytest.raises(StimulusSetError, match="is no manifest of a colorization-stimulus-set"):
        read_stimulus_images(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 10_000])
def test_what_is_no_json_object_is_refused(content: bytes, folder: Path) -> None:
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(StimulusSetError, match="is no manifest"):
        read_stimulus_images(folder)


def test_a_pair_that_stands_there_twice_is_refused(change_manifest: Make) -> None:
    folder = change_manifest(lambda document: document["pairs"].append(document["pairs"][0]))

    with pytest.raises(StimulusSetError, match="two pairs of one pair_id"):
        read_stimulus_images(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StimulusSetError, match=r"manifest\.json: there is no such file"):
        read_stimulus_images(tmp_path)


def test_another_set_than_the_studys_is_refused(folder: Path) -> None:
    digest = read_stimulus_images(folder).sha256

    assert read_stimulus_images(folder, expected_sha256=digest).sha256 == digest
    with pytest.raises(StimulusSetError, match=r"allowed: 0000.*, the set of the study"):
        read_stimulus_images(folder, expected_sha256="0" * 64)


def test_a_set_covers_a_table_whose_pairs_it_knows(folder: Path) -> None:
    trials = rows(("ape-full", "ape", "full"), ("bee-half", "bee", "half"))

    check_covers(read_stimulus_images(folder), trials)
    check_covers(read_stimulus_images(folder), trials.astype("category"))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("cat-full", "cat", "full"), "has no pair cat-full, which stands in the trial table"),
        (("ape-full", "bee", "full"), "ape-full is photo ape under full, and in the trial table"),
        (("ape-full", "ape", "half"), "and in the trial table photo ape under half"),
    ],
)
def test_a_pair_that_the_set_does_not_know_is_named(
    pair: tuple[str, str, str], message: str, folder: Path
) -> None:
    trials = rows(("ape-full", "ape", "full"), pair)

    with pytest.raises(StimulusSetError, match=message) as caught:
        check_covers(read_stimulus_images(folder), trials)

    assert "\n" not in str(caught.value)
