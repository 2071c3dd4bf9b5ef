import csv
import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from colorizer.condition_specs import parse_conditions
from colorizer.equal_lightness import LIGHTNESS_TOLERANCE, lightness_difference
from colorizer.errors import ColorizerError, SeenPhotoError
from colorizer.fake_problems import FakesError
from colorizer.fingerprints import as_fingerprints, save_fingerprints
from colorizer.manifest import StimulusSet, load_manifest
from colorizer.near_duplicates import fingerprint
from colorizer.network import build_network
from colorizer.photos import photo_id, square_of_size
from colorizer.png_encoding import decode_png
from colorizer.set_checks import check_set
from colorizer.stimuli import SetSettings, build_set
from tests.colorizer.factories import colourful_photo, grey_photo, write_photo, write_photos

BASELINES = parse_conditions(["random=random", "grey=grey", "same=real"])
SMALL = SetSettings(size_px=32, seed=7)
N_PHOTOS = 4


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    folder = write_photos(tmp_path_factory.mktemp("photos") / "n02084071", N_PHOTOS)
    write_photo(folder / "x_grey.png", grey_photo(50))
    (folder / "y_text.jpg").write_text("no photograph")
    return folder


@pytest.fixture(scope="module")
def built(photos, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sets") / "set"
    build_set([photos], out, BASELINES, SMALL)
    return out


def image(folder: Path, file) -> np.ndarray:
    return decode_png((folder / file.path).read_bytes())


def pixels_by_photo(folder: Path, stimulus_set: StimulusSet) -> dict[str, np.ndarray]:
    return {pair.photo_id: image(folder, pair.real) for pair in stimulus_set.pairs}


def test_every_good_photograph_is_paired_under_every_condition(built):
    stimulus_set = load_manifest(built)

    ids = [photo_id(colourful_photo(seed)) for seed in range(N_PHOTOS)]
    assert stimulus_set.photo_ids == ids
    assert sorted((pair.condition, pair.photo_id) for pair in stimulus_set.pairs) == sorted(
        (condition, identifier) for condition in ("random", "grey", "same") for identifier in ids
    )
    assert {pair.category for pair in stimulus_set.pairs} == {"n02084071"}
    assert stimulus_set.pairs[0].source_name == "photo_000.png"


def test_the_set_passes_its_own_proof(built):
    checked = check_set(built)

    assert checked.problems == ()
    assert checked.n_pairs == {"random": N_PHOTOS, "grey": N_PHOTOS, "same": N_PHOTOS}


def test_the_real_is_the_middle_square_of_the_photograph(built):
    reals = pixels_by_photo(built, load_manifest(built))

    for seed in range(N_PHOTOS):
        expected = square_of_size(colourful_photo(seed), 32)
        np.testing.assert_array_equal(reals[photo_id(colourful_photo(seed))], expected)


def test_real_and_fake_have_the_same_lightness(built):
    for pair in load_manifest(built).pairs:
        difference = lightness_difference(image(built, pair.real), image(built, pair.fake))
        assert difference.max() <= LIGHTNESS_TOLERANCE


def test_the_control_condition_shows_the_real_pixels_in_a_file_of_its_own(built):
    for pair in load_manifest(built).pairs:
        if pair.condition == "same":
            assert pair.real.path != pair.fake.path
            np.testing.assert_array_equal(image(built, pair.real), image(built, pair.fake))


def test_neither_name_nor_length_nor_time_tells_a_fake(built):
    pairs = load_manifest(built).pairs
    reals, fakes = {p.real.path for p in pairs}, {p.fake.path for p in pairs}
    files = sorted((built / "images").iterdir())

    assert len(files) == len(reals | fakes) == N_PHOTOS * 4
    assert len({path.stat().st_size for path in files}) == 1
    assert len({path.stat().st_mtime for path in files}) == 1
    assert {len(path.stem) for path in files} == {16}
    order = [f"images/{path.name}" in reals for path in files]
    assert order != sorted(order)
    assert order != sorted(order, reverse=True)


def test_pair_ids_are_unlike_names_and_in_no_order(built):
    pairs = load_manifest(built).pairs
    ids = [pair.pair_id for pair in pairs]

    assert ids != sorted(ids)
    assert not {*ids} & {Path(file.path).stem for p in pairs for file in (p.real, p.fake)}


def test_the_report_has_a_row_for_every_input(built):
    with (built / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = {Path(row["input"]).name: row for row in csv.DictReader(file)}

    assert len(rows) == N_PHOTOS + 2
    assert rows["photo_000.png"]["outcome"] == "accepted"
    assert rows["x_grey.png"]["reason"].startswith("greyscale")
    assert rows["y_text.jpg"]["reason"] == "not a picture in a known format"


def test_the_manifest_says_how_the_set_was_made(built, photos):
    provenance = load_manifest(built).provenance

    assert provenance["settings"] == {
        "size_px": 32,
        "min_size_px": 16,
        "max_photos": None,
        "match_lightness": False,
        "allow_seen": False,
        "accept_crop": [],
        "seed": 7,
    }
    assert provenance["versions"]["numpy"] == np.__version__
    assert provenance["inputs"] == ["n02084071"]
    assert provenance["seen_in_training"] == []
    assert str(photos) not in (built / "manifest.json").read_text()


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_names(photos, built, tmp_path):
    again = build_set([photos], tmp_path / "again", BASELINES, SMALL)
    other = build_set([photos], tmp_path / "other", BASELINES, SetSettings(size_px=32, seed=8))

    def digests(folder: Path) -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    assert digests(tmp_path / "again") == digests(built)
    assert again.digest != other.digest
    assert not {p.name for p in (tmp_path / "other" / "images").iterdir()} & {*digests(built)}


def test_the_counts_are_given(photos, tmp_path):
    result = build_set([photos], tmp_path / "set", BASELINES, SMALL)

    assert (result.n_photos, result.n_pairs, result.n_refused) == (N_PHOTOS, 3 * N_PHOTOS, 2)
    assert result.digest == check_set(tmp_path / "set").digest


def test_some_photographs_are_drawn_by_the_seed(photos, tmp_path):
    drawn = set()
    for seed in range(8):
        settings = SetSettings(size_px=32, max_photos=2, seed=seed)
        build_set([photos], tmp_path / str(seed), BASELINES, settings)
        ids = load_manifest(tmp_path / str(seed)).photo_ids
        assert len(ids) == 2
        drawn.add(tuple(sorted(ids)))

    assert len(drawn) > 2


def test_fakes_of_another_program_come_from_a_folder(photos, tmp_path):
    fakes = tmp_path / "fakes"
    for seed in range(N_PHOTOS):
        write_photo(fakes / f"photo_00{seed}.png", colourful_photo(seed))
    conditions = parse_conditions([f"mine=folder:{fakes}"])

    build_set([photos], tmp_path / "set", conditions, SMALL)

    assert check_set(tmp_path / "set").problems == ()
    assert load_manifest(tmp_path / "set").conditions[0].settings["folder"] == "fakes"


def test_fakes_that_do_not_fit_stop_the_set_and_are_named_together(photos, tmp_path):
    fakes = write_photos(tmp_path / "fakes", N_PHOTOS)
    write_photo(fakes / "photo_002.png", colourful_photo(2, 50, 50))
    short = write_photos(tmp_path / "short", N_PHOTOS - 1)
    conditions = parse_conditions([f"mine=folder:{fakes}", "random=random", f"b=folder:{short}"])

    with pytest.raises(FakesError, match=r"^2 of the 8 fakes from folders cannot") as refused:
        build_set([photos], tmp_path / "set", conditions, SMALL)

    found = [(problem.condition, problem.problem) for problem in refused.value.problems]
    assert found == [("mine", "size"), ("b", "missing")]
    assert "photo_002.png: 50 x 50 pixels" in str(refused.value)
    assert not (tmp_path / "set").exists()


@pytest.fixture
def trained_on_one(tmp_path) -> Path:
    """A network that has seen the mirror image of the second photograph, and others."""
    path = tmp_path / "some.keras"
    build_network(0.0625, seed=1).save(path)
    path.with_suffix(".json").write_text('{"input_px": 32}')
    seen = [colourful_photo(1)[:, ::-1], *(colourful_photo(seed) for seed in range(100, 104))]
    hashes = [fingerprint(np.ascontiguousarray(rgb)).square for rgb in seen]
    save_fingerprints(as_fingerprints(hashes), path.with_suffix(".fingerprints.npy"))
    return path


def test_a_photograph_that_the_network_has_seen_stops_the_set(photos, trained_on_one, tmp_path):
    conditions = parse_conditions([f"full=weights:{trained_on_one}", "random=random"])
    before = sorted(tmp_path.iterdir())

    with pytest.raises(SeenPhotoError, match=r"1 of the 4 photographs") as refusal:
        build_set([photos], tmp_path / "set", conditions, SMALL)

    assert f"{photos / 'photo_001.png'}: mirrored" in str(refusal.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_seen_photograph_that_is_allowed_is_recorded(photos, trained_on_one, tmp_path):
    conditions = parse_conditions(
        [f"full=weights:{trained_on_one}", f"mean=weights:{trained_on_one},temperature=1.0"]
    )
    settings = dataclasses.replace(SMALL, allow_seen=True)

    result = build_set([photos], tmp_path / "set", conditions, settings)

    (network,) = load_manifest(tmp_path / "set").provenance["seen_in_training"]
    assert network["conditions"] == ["full", "mean"]
    assert network["n_fingerprints"] == 5
    assert [photo["photo_id"] for photo in network["seen"]] == [photo_id(colourful_photo(1))]
    assert network["seen"][0]["is_mirrored"]
    assert "warning: 1 of the 4" in result.notes[0]
    assert check_set(tmp_path / "set").problems == ()


def test_other_conditions_ask_no_network(photos, tmp_path):
    assert build_set([photos], tmp_path / "set", BASELINES, SMALL).notes == ()


def test_no_good_photograph_is_an_error_with_reasons(tmp_path):
    write_photo(tmp_path / "photos" / "grey.png", grey_photo())

    with pytest.raises(ColorizerError, match=r"none of the 1 inputs is good enough: .*greyscale"):
        build_set([tmp_path / "photos"], tmp_path / "set", BASELINES, SMALL)
    assert not (tmp_path / "set").exists()


def test_an_existing_set_is_refused_and_stays_unless_it_is_to_be_replaced(photos, tmp_path):
    out = tmp_path / "set"
    first = build_set([photos], out, BASELINES, SMALL)

    with pytest.raises(ColorizerError, match="there is something already"):
        build_set([photos], out, BASELINES, SMALL)
    assert check_set(out).digest == first.digest

    build_set([photos], out, BASELINES[:1], SMALL, overwrite=True)
    assert check_set(out).n_pairs == {"random": N_PHOTOS}


@pytest.mark.parametrize(
    "wrong", [{"size_px": 8}, {"min_size_px": 0}, {"max_photos": 0}, {"seed": -1}]
)
def test_settings_that_make_no_set_are_refused(wrong):
    with pytest.raises(ColorizerError, match=rf"{next(iter(wrong))} -?\d is not allowed"):
        SetSettings(**wrong)


def test_progress_names_the_stage(photos, tmp_path):
    seen: list[tuple[str, int]] = []

    build_set(
        [photos], tmp_path / "set", BASELINES, SMALL, progress=lambda *step: seen.append(step)
    )

    assert seen[N_PHOTOS + 1] == ("photographs read", N_PHOTOS + 2)
    assert seen[-1] == ("fakes made", 3 * N_PHOTOS)


def test_keras_is_loaded_only_where_a_network_colours():
    program = (
        "import sys, colorizer.stimuli, colorizer.set_checks, colorizer.evaluate;"
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow')))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
