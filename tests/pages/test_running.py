"""What runs the pages finds a page that is wrong."""

import pytest

from tests.pages.blocks import Block
from tests.pages.givens import GIVENS, Given, Store
from tests.pages.running import run_page, run_shell


def shell(text, *marks):
    return Block("page.md", 7, "sh", text, marks)


def text(shown):
    return Block("page.md", 9, "text", shown, (("printed", ""),))


def test_blocks_run_in_order_in_one_folder_at_home_in_it(tmp_path):
    blocks = [
        Block("page.md", 1, "toml", "a = 1\n", (("file", "deep/a.toml"),)),
        shell("cat ~/deep/a.toml > b.toml\n"),
        Block("page.md", 3, "python", "print(open('b.toml').read())\n"),
        text("a = 1\n"),
    ]

    assert run_page(blocks, tmp_path) == "a = 1\n\n"


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([shell("false\ntrue\n")], "page.md:7: exit code 1"),
        ([shell("false | true\n")], "page.md:7: exit code 1"),
        ([shell("true\n", ("exits", "3"))], "page.md:7: exit code 0"),
        ([Block("page.md", 8, "python", "raise SystemExit(2)\n")], "page.md:8: exit code 2"),
        ([shell("echo one\n"), text("one\ntwo\n")], r"page.md:9: nothing printed \['two'\]"),
    ],
)
def test_a_page_that_is_wrong_is_told_with_its_line(blocks, said, tmp_path):
    with pytest.raises(AssertionError, match=said):
        run_page(blocks, tmp_path)


def test_what_is_not_run_is_not_run(tmp_path):
    assert run_page([shell("false\n", ("not run", "a screen"))], tmp_path) == ""


def test_answers_are_typed_at_a_terminal(tmp_path):
    asks = 'read -rsp "Password: " first\nread -rsp "Again: " second\n[ -t 0 ]\n'
    block = shell(asks + 'echo "$first, $second" > said\n', ("typed", "one two"))

    run_page([block], tmp_path)

    assert (tmp_path / "said").read_text(encoding="utf-8") == "one, two\n"


def test_variables_of_the_instance_do_not_come_along(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY_INSTANCE_PATH", "elsewhere")

    assert run_shell('echo "<${STUDY_INSTANCE_PATH-}>"', tmp_path) == (0, "<>\n")


def test_a_command_is_interrupted_as_soon_as_it_has_written_a_file(tmp_path):
    code, printed = run_shell(
        "interrupted begun bash -c 'touch begun; sleep 60; touch ended'; ls", tmp_path
    )

    assert (code, printed) == (0, "begun\n")


def test_a_command_that_had_ended_was_not_interrupted(tmp_path):
    code, _ = run_shell("interrupted begun bash -c 'sleep 0.3; touch begun'", tmp_path)

    assert code != 0


def test_what_is_given_is_made_once_with_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setitem(GIVENS, "first", Given("echo made >> first"))
    monkeypatch.setitem(GIVENS, "second", Given("cat first > second", after=("first",)))
    store = Store(tmp_path / "store")

    for name in ("one", "two"):
        store.put(("second", "first"), tmp_path / name)

    assert (tmp_path / "two" / "second").read_text(encoding="utf-8") == "made\n"
    assert (tmp_path / "two" / "first").read_text(encoding="utf-8") == "made\n"


def test_something_that_nobody_can_give_is_named(tmp_path):
    with pytest.raises(AssertionError, match="nothing is given as gold; known: photos, "):
        Store(tmp_path).put(("gold",), tmp_path)
