import json
import shutil

import pytest
from click.testing import CliRunner
from PIL import Image

from colorizer.__main__ import main
from colorizer.bfloat16 import has_bfloat16, read_cpu_info
from colorizer.devices import count_gpus
from colorizer.manifest import load_manifest
from colorizer.network import build_network
from tests.colorizer.factories import grey_photo, write_photo, write_photos


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("photos"), 4, 48, 48)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "some.keras"
    build_network(0.0625, seed=1).save(path)
    path.with_suffix(".json").write_text(json.dumps({"input_px": 32, "temperature": 0.4}))
    return path


def test_colorize_colours_the_good_and_names_the_bad(photos, weights, tmp_path):
    (tmp_path / "bad.jpg").write_text("hello")

    result = call("colorize", photos, tmp_path / "bad.jpg", "--out", tmp_path / "out",
                  "--weights", weights)  # fmt: skip

    assert result.exit_code == 3
    assert "4 coloured, 1 refused" in result.output
    assert "bad.jpg: not a picture" in result.stderr


def test_colorize_of_good_photographs_exits_with_zero(photos, weights, tmp_path):
    result = call("colorize", photos, "--out", tmp_path / "out", "--weights", weights)

    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["temperature"] == 0.4


def test_colorize_is_fast_where_the_processor_can_and_else_says_why_not(
    photos, weights, tmp_path, monkeypatch
):
    monkeypatch.setattr("colorizer.colouring_commands.bfloat16_gain", lambda: 0.5)

    result = call("colorize", photos, "--out", tmp_path / "out", "--weights", weights, "--fast")

    if has_bfloat16(read_cpu_info()) or count_gpus():
        assert result.exit_code == 0, result.output
        assert ("2.0 times as long" in result.stderr) == (not count_gpus())
        record = json.loads((tmp_path / "out" / "provenance.json").read_text())
        assert record["precision"] == "bfloat16"
    else:
        assert result.exit_code == 1
        assert "colorizer: --fast: this processor" in result.stderr
        assert not (tmp_path / "out").exists()


def test_colorize_fast_refuses_an_exported_network_before_it_looks_for_one(photos, tmp_path):
    result = call("colorize", photos, "--out", tmp_path / "out", "--weights", "n.onnx", "--fast")

    assert result.exit_code == 1
    assert "--fast: n.onnx is an exported network" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--temperature", "2"], "temperature 2.0 is not allowed"),
        (["--input-size", "33"], "multiple of 8"),
        (["--weights", "nowhere"], "nowhere: no network there"),
    ],
)
def test_colorize_refuses_what_it_cannot_use(photos, weights, tmp_path, options, message):
    result = call("colorize", photos, "--out", tmp_path / "out", "--weights", weights, *options)

    assert result.exit_code != 0
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def stimulus_set(photos, weights, tmp_path_factory):
    out = tmp_path_factory.mktemp("sets") / "set"
    result = call(
        "build-set", photos, "--out", out, "--condition", f"full=weights:{weights}",
        "--condition", "random=random", "--size", 48, "--seed", 1,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "4 photos, 8 pairs" in result.output
    return out


def test_build_set_writes_a_set_that_check_set_finds_sound(stimulus_set):
    assert len(load_manifest(stimulus_set).pairs) == 8

    result = call("check-set", stimulus_set)

    assert result.exit_code == 0, result.output
    assert "sound" in result.output


def test_build_set_says_where_nobody_can_check_what_was_seen(photos, weights, tmp_path):
    result = call("build-set", photos, "--out", tmp_path / "set", "--size", 48,
                  "--condition", f"full=weights:{weights}")  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "condition full carries no fingerprints" in result.stderr


def test_build_set_refuses_what_the_network_has_seen_unless_allowed(photos, weights, tmp_path):
    network = shutil.copy(weights, tmp_path / "some.keras")
    shutil.copy(weights.with_suffix(".json"), tmp_path / "some.json")
    call("fingerprints", photos / "photo_002.png", "--out", tmp_path / "some.fingerprints.npy")
    command = ["build-set", photos, "--out", tmp_path / "set", "--size", 48,
               "--condition", f"full=weights:{network}"]  # fmt: skip

    refused = call(*command)

    assert refused.exit_code == 3
    assert "colorizer: 1 of the 4 photographs were seen in training" in refused.stderr
    assert "photo_002.png: 0 of 63 signs differ" in refused.stderr
    assert not (tmp_path / "set").exists()

    allowed = call(*command, "--allow-seen")

    assert allowed.exit_code == 0, allowed.output
    assert "warning: 1 of the 4" in allowed.stderr
    (checked,) = load_manifest(tmp_path / "set").provenance["seen_in_training"]
    assert [photo["source_name"] for photo in checked["seen"]] == ["photo_002.png"]


def test_check_set_names_a_changed_image(stimulus_set, tmp_path):
    shutil.copytree(stimulus_set, tmp_path / "set")
    image = next((tmp_path / "set" / "images").iterdir())
    image.write_bytes(image.read_bytes() + b"x")

    result = call("check-set", tmp_path / "set")

    assert result.exit_code == 6
    assert image.name in result.stderr


def test_check_set_of_no_set_says_how_to_make_one(tmp_path):
    result = call("check-set", tmp_path)

    assert result.exit_code == 6
    assert "colorizer build-set" in result.stderr


def test_build_set_lists_what_is_wrong_with_fakes_and_writes_all_of_it(photos, tmp_path):
    fakes = write_photos(tmp_path / "fakes", 3, 48, 48)
    write_photo(fakes / "photo_001.png", grey_photo(7, 48, 48))
    table = tmp_path / "problems.csv"
    command = ["build-set", photos, "--out", tmp_path / "set", "--size", 48, "--seed", 1,
               "--condition", f"mine=folder:{fakes}", "--problems", table]  # fmt: skip

    result = call(*command)

    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert lines[0] == "colorizer: 2 of the 4 fakes from folders cannot be used:"
    assert any("photo_003.png: no fake; looked for" in line for line in lines)
    assert any("photo_001.png: looks like another photograph" in line for line in lines)
    assert "Traceback" not in result.output
    assert table.read_text().count("\n") == 3
    assert "problems.csv: there is something already" in call(*command).stderr


def test_build_set_takes_a_fake_that_was_looked_at(photos, tmp_path):
    fakes = write_photos(tmp_path / "fakes", 4, 48, 48)
    write_photo(fakes / "photo_001.png", grey_photo(7, 48, 48))
    command = ["build-set", photos, "--out", tmp_path / "set", "--size", 48, "--seed", 1,
               "--condition", f"mine=folder:{fakes}", "--match-lightness"]  # fmt: skip

    refused, result = call(*command), call(*command, "--accept-crop", "mine/photo_001.png")

    assert "--accept-crop mine/photo_001.png takes it" in refused.stderr
    assert result.exit_code == 0, result.output
    assert "1 of the 4 fakes does not look like its photograph" in result.stderr
    (condition,) = load_manifest(tmp_path / "set").conditions
    assert list(condition.settings["accepted_crops"]) == ["photo_001.png"]
    assert "sound" in call("check-set", tmp_path / "set").output
    assert call(*command, "--accept-crop", "other").exit_code == 1


def test_build_set_takes_folders_beside_a_network_and_notes_what_is_odd(photos, weights, tmp_path):
    coloured = write_photos(tmp_path / "other", 4, 48, 48)
    out = tmp_path / "set"

    result = call("build-set", photos, "--out", out, "--size", 48, "--seed", 1,
                  "--condition", f"full=weights:{weights}", "--condition",
                  f"other=folder:{coloured}", "--condition", f"third=folder:{photos}",
                  "--condition", "random=random", "--match-lightness")  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "third: 4 of the 4 fakes have the photograph's own colours" in result.stderr
    stimulus_set = load_manifest(out)
    assert [(found.name, found.kind) for found in stimulus_set.conditions] == [
        ("full", "weights"), ("other", "folder"), ("third", "folder"), ("random", "random"),
    ]  # fmt: skip
    assert stimulus_set.conditions[1].settings["n_lightness_replaced"] == 0
    assert "sound" in call("check-set", out).output


@pytest.mark.parametrize("spec", ["full", "full=magic", "full=weights", "=random"])
def test_build_set_refuses_a_condition_it_cannot_read(photos, tmp_path, spec):
    result = call("build-set", photos, "--out", tmp_path / "set", "--condition", spec)

    assert result.exit_code == 1
    assert "condition" in result.stderr
    assert not (tmp_path / "set").exists()


def test_build_set_of_grey_photographs_says_why_there_is_none(tmp_path):
    write_photo(tmp_path / "photos" / "grey.png", grey_photo(3))

    result = call("build-set", tmp_path / "photos", "--out", tmp_path / "set",
                  "--condition", "random=random", "--size", 48)  # fmt: skip

    assert result.exit_code != 0
    assert "grey.png" in result.stderr


def test_evaluate_writes_the_figures_of_the_contract(photos, weights, tmp_path):
    result = call("evaluate", photos, "--weights", weights, "--json", tmp_path / "figures.json")

    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert set(figures) >= {
        "auc", "auc_rebalanced", "cross_entropy", "psnr", "ssim", "ciede2000",
        "colorfulness", "colorfulness_real", "n_photos",
    }  # fmt: skip
    assert figures["n_photos"] == 4
    assert 0 <= figures["auc"] <= 1


@pytest.fixture
def fakes_folder(photos, tmp_path):
    """Fakes of another program, which are the photographs themselves."""
    folder = tmp_path / "fakes"
    for path in sorted(photos.rglob("*.png")):
        write_photo(folder / path.relative_to(photos), Image.open(path))
    return folder


def test_evaluate_compares_conditions_in_a_table_and_a_sheet(
    photos, weights, fakes_folder, tmp_path
):
    result = call(
        "evaluate", photos, "--condition", f"net=weights:{weights}",
        "--condition", f"other=folder:{fakes_folder}",
        "--json", tmp_path / "f.json", "--sheet", tmp_path / "sheet.png",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["conditions"]["net"]["auc"] == figures["auc"]
    assert figures["conditions"]["other"]["auc"] > 0.99  # the photographs themselves
    assert set(figures["baselines"]) == {"grey", "random", "mean", "mode"}
    for name in ("net", "other", "(grey)", "(random)", "(mean)", "(mode)"):
        assert f"\n{name} " in result.stdout
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (4 * 164 + 4, 20 + 4 * 164 + 4)


def test_evaluate_names_the_photograph_without_a_fake(photos, fakes_folder, tmp_path):
    next(iter(sorted(fakes_folder.rglob("*.png")))).unlink()

    result = call(
        "evaluate", photos, "--condition", f"other=folder:{fakes_folder}",
        "--json", tmp_path / "f.json", "--sheet", tmp_path / "sheet.png",
    )  # fmt: skip

    assert result.exit_code == 1
    assert "holds no fake of" in result.stderr
    assert not (tmp_path / "f.json").exists()
    assert not (tmp_path / "sheet.png").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--condition", "x=random"), "only weights: and folder: are compared"),
        (("--weights", "nowhere"), "no network there"),
        (("--prior", "nowhere.json"), "no prior there"),
        (("--device", "gpu"), "--device gpu: the tensorflow backend sees no GPU"),
    ],
)
def test_evaluate_refuses_in_one_sentence(photos, tmp_path, monkeypatch, arguments, problem):
    monkeypatch.setattr("colorizer.devices.count_gpus", lambda: 0)

    result = call("evaluate", photos, "--json", tmp_path / "f.json", *arguments)

    assert result.exit_code != 0
    assert result.stderr.count("\n") == 1
    assert problem in result.stderr
    assert not (tmp_path / "f.json").exists()


def test_sample_photographs_are_enough_for_the_2016_protocol(tmp_path):
    result = call("sample-photos", "--out", tmp_path / "photos")

    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "photos").glob("*.png"))) >= 50


@pytest.mark.parametrize(
    "command", ["colorize", "evaluate", "build-set", "check-set", "sample-photos"]
)
def test_help_has_an_example(command):
    result = call(command, "--help")

    assert result.exit_code == 0
    assert f"Example: colorizer {command}" in result.output
