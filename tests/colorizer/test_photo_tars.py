import gc
import io
import json
import pickle
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from colorizer.errors import DamagedTarError, PhotoError
from colorizer.photo_files import find_photos
from colorizer.photo_sources import PhotoSource
from colorizer.photo_tars import find_in_tar
from tests.colorizer.tar_factories import tar_bytes, write_tar

PHOTOS = {"cats/1.jpg": b"first", "cats/2.jpg": b"second" * 1000, "3.png": b""}


def found(path: Path) -> list[PhotoSource]:
    return list(find_in_tar(path, PurePosixPath("in")))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_come_in_the_order_of_the_archive_with_their_bytes(tmp_path, mode):
    sources = found(write_tar(tmp_path / "a.tar", PHOTOS, mode))

    assert [source.relative_path for source in sources] == [f"in/{name}" for name in PHOTOS]
    assert [source.category for source in sources] == ["cats", "cats", None]
    assert [source.read() for source in reversed(sources)] == list(reversed(PHOTOS.values()))


@pytest.mark.parametrize("inner_mode", ["w", "w:gz"])
@pytest.mark.parametrize("outer_mode", ["w", "w:gz"])
def test_a_tar_of_tars_is_read_as_imagenet_comes(tmp_path, outer_mode, inner_mode):
    classes = {
        "n01440764.tar": tar_bytes({"n01440764_1.JPEG": b"tench"}, inner_mode),
        "train/spaniels.tar": tar_bytes({"1.JPEG": b"dog", "2.JPEG": b"dogs"}, inner_mode),
    }

    sources = found(write_tar(tmp_path / "train.tar", classes, outer_mode))

    assert [(s.relative_path, s.category, s.read()) for s in sources] == [
        ("in/n01440764/n01440764_1.JPEG", "n01440764", b"tench"),
        ("in/train/spaniels/1.JPEG", "spaniels", b"dog"),
        ("in/train/spaniels/2.JPEG", "spaniels", b"dogs"),
    ]
    assert sources[0].origin.endswith("train.tar:n01440764.tar:n01440764_1.JPEG")


def test_nothing_is_written_to_disk(tmp_path):
    path = write_tar(tmp_path / "train.tar", {"n01440764.tar": tar_bytes(PHOTOS)})

    [source.read() for source in found(path)]

    assert list(tmp_path.iterdir()) == [path]


def test_a_source_of_a_plain_tar_holds_no_bytes_and_can_go_to_another_process(tmp_path):
    path = write_tar(tmp_path / "a.tar", {"1.jpg": bytes(100_000)})
    (source,) = found(path)

    carried = pickle.dumps(source)

    assert len(carried) < 2000
    assert pickle.loads(carried).read() == bytes(100_000)  # noqa: S301 - our own bytes


def test_a_link_is_named_and_not_followed(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("link.jpg")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)

    (source,) = found(path)

    with pytest.raises(PhotoError, match="links are such"):
        source.read()


def test_folders_hidden_members_and_other_files_are_passed_over(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("d.jpg")
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
        for name in ("._1.jpg", "__MACOSX/1.jpg", "index.csv", "1.jpg"):
            info = tarfile.TarInfo(name)
            info.size = 2
            tar.addfile(info, io.BytesIO(b"hi"))

    assert [source.relative_path for source in found(path)] == ["in/1.jpg"]


def test_a_member_that_points_outside_stays_inside(tmp_path):
    path = write_tar(tmp_path / "a.tar", {"../../../etc/1.jpg": b"x"})

    assert [source.relative_path for source in found(path)] == ["in/etc/1.jpg"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_cut_tar_gives_its_whole_members_and_then_the_reason(tmp_path, mode):
    members = {f"{n}.jpg": bytes([n]) * 3000 for n in range(1, 9)}
    whole = tar_bytes(members, mode)
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[: len(whole) * 6 // 10])

    first, *_, last = found(path)

    assert first.read() == members["1.jpg"]
    with pytest.raises(PhotoError, match=r"^(damaged tar file|the tar file ends)"):
        last.read()


def test_a_damaged_class_does_not_hide_the_next_one(tmp_path):
    classes = {"bad.tar": b"no tar at all" * 100, "good.tar": tar_bytes({"1.jpg": b"x"})}

    bad, good = found(write_tar(tmp_path / "a.tar", classes))

    assert good.read() == b"x"
    with pytest.raises(PhotoError, match=r"^damaged tar file"):
        bad.read()


def test_a_text_named_tar_is_named_as_damaged(tmp_path):
    (tmp_path / "a.tar").write_text("this is no tar")

    (source,) = found(tmp_path / "a.tar")

    with pytest.raises(PhotoError, match="damaged tar file"):
        source.read()


def test_a_tar_shortened_between_finding_and_reading_is_noticed(tmp_path):
    path = write_tar(tmp_path / "a.tar", {"1.jpg": bytes(3000)})
    (source,) = found(path)
    path.write_bytes(path.read_bytes()[:1000])

    with pytest.raises(PhotoError, match="the tar file ends after 488 of 3000 bytes"):
        source.read()


def test_sidecar_files_are_no_inputs_but_give_label_and_licence(tmp_path):
    facts = {"license": "CC BY 2.0", "label": "n02084071", "url": "u", "caption": "a dog"}
    path = write_tar(
        tmp_path / "00000.tar",
        {
            "000000000.jpg": b"1",
            "000000000.json": json.dumps(facts).encode(),
            "000000000.txt": b"a dog",
            "000000001.json": b'{"label": "tench", "status": "success"}',
            "000000001.png": b"2",
            "000000002.jpg": b"3",
        },
    )

    known = [(source.name, source.category, source.licence) for source in find_photos([tmp_path])]

    assert known == [
        ("000000000.jpg", "n02084071", "CC BY 2.0"),
        ("000000001.png", "tench", None),
        ("000000002.jpg", None, None),
    ]
    assert path.name not in str(known)


def test_the_id_in_a_name_goes_before_the_label(tmp_path):
    sidecar = b'{"label": "tench"}'
    path = write_tar(tmp_path / "a.tar", {"n02084071_1.jpg": b"1", "n02084071_1.json": sidecar})

    assert [source.category for source in found(path)] == ["n02084071"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_many_members_are_not_remembered(tmp_path, mode):
    path = write_tar(tmp_path / "a.tar", {f"{n}.jpg": b"1" for n in range(3000)}, mode)
    sources = find_in_tar(path, PurePosixPath("in"))

    for _ in range(2000):
        next(sources)

    held = sum(isinstance(thing, tarfile.TarInfo) for thing in gc.get_objects())
    sources.close()
    assert held < 10


def test_a_tar_without_its_end_is_named_as_damaged(tmp_path):
    whole = tar_bytes({"1.jpg": b"1", "2.jpg": b"2"})
    (tmp_path / "a.tar").write_bytes(whole[: 2 * tarfile.BLOCKSIZE])

    *photos, last = found(tmp_path / "a.tar")

    assert [photo.name for photo in photos] == ["1.jpg"]
    with pytest.raises(DamagedTarError, match="end mark is missing"):
        last.read()


def test_a_garbled_header_does_not_pass_for_the_end(tmp_path):
    data = bytearray(tar_bytes({"1.jpg": b"1", "2.jpg": b"2", "3.jpg": b"3"}))
    data[2 * tarfile.BLOCKSIZE + 100] ^= 1
    (tmp_path / "a.tar").write_bytes(data)

    *photos, last = found(tmp_path / "a.tar")

    assert [photo.name for photo in photos] == ["1.jpg"]
    with pytest.raises(DamagedTarError, match="no member starts at byte 1024"):
        last.read()
