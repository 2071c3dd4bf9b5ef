import os

import pytest

from colorizer.errors import ManifestError
from colorizer.strict_json import MOST_LEVELS, read_json_object


def lists(levels):
    """Give an object with lists in each other, as many containers deep as asked."""
    return '{"a": ' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


@pytest.mark.parametrize("text", ['{"a": {"b": 1}, "c": {"b": 2}}', "{}", lists(MOST_LEVELS)])
def test_an_object_is_read(tmp_path, text):
    (tmp_path / "file").write_text(text)

    assert isinstance(read_json_object(tmp_path / "file"), dict)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "holds no JSON object"),
        (b"null", "holds no JSON object"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' stands twice"),
        (lists(MOST_LEVELS + 2).encode(), "more than 50 deep"),
        (lists(100_000).encode(), "more than 50 deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "more than 50 deep"),
        (rb'{"a": {"b": "\ud83d"}}', "half a character"),
        (b'{"\xed\xa0\xbd": 1}', "half a character"),
        (b"x" * 2000, "has 2000 bytes; allowed are at most 1000"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:12],
)
def test_anything_else_is_one_sentence_with_the_name_of_the_file(tmp_path, content, message):
    path = tmp_path / "file"
    path.write_bytes(content)
    limit = {"largest_bytes": 1000} if content == b"x" * 2000 else {}

    with pytest.raises(ManifestError, match=f"{path}: .*{message}") as caught:
        read_json_object(path, **limit)

    assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "nothing"])
def test_what_is_no_file_is_not_waited_for(tmp_path, kind):
    path = tmp_path / "file"
    if kind == "pipe":
        os.mkfifo(path)
    if kind == "folder":
        path.mkdir()
    if kind == "device":
        path.symlink_to("/dev/zero")

    with pytest.raises(ManifestError, match=r"is no file|No such file"):
        read_json_object(path)
