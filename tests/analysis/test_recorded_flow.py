from pathlib import Path

import pytest

from analysis.errors import TrialTableError
from analysis.recorded_flow import RecordedFlow, read_recorded_flow

FLOW = "step,simulated,n,counted\n"


def write(folder: Path, flow: str, erasures: str | None = None) -> Path:
    (folder / "participant_flow.csv").write_text(flow, encoding="utf-8")
    if erasures is not None:
        (folder / "erasures.csv").write_text(erasures, encoding="utf-8")
    return folder


def test_people_and_simulated_observers_are_counted_together(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        FLOW + "invitation,false,40,openings\ninvitation,true,2,openings\nscreened,false,30,x\n",
        "receipt,condition\na,full\nb,\n",
    )

    flow = read_recorded_flow(folder)

    assert flow == RecordedFlow({"invitation": 42, "screened": 30}, ("full", ""))
    assert flow is not None
    assert flow.has_checks


def test_an_export_without_the_file_recorded_nothing(tmp_path: Path) -> None:
    assert read_recorded_flow(tmp_path) is None


def test_a_study_without_checks_or_erasures_is_read(tmp_path: Path) -> None:
    flow = read_recorded_flow(write(tmp_path, FLOW + "invitation,false,4,openings\n"))

    assert flow == RecordedFlow({"invitation": 4})
    assert flow is not None
    assert not flow.has_checks


def test_who_was_turned_away_is_told_by_the_reason() -> None:
    steps = {"declined": 2, "refused-full": 1, "refused-again": 0, "invitation": 9}

    assert RecordedFlow(steps).turned_away == {"declined": 2, "refused, all places taken": 1}


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        ("step,simulated\n", "is not the file of the export"),
        ("", "is not the file of the export"),
        (FLOW + "invitation,false\n", "is not the file of the export"),
        (FLOW + "invitation,false,many,x\n", "row 2, column n: found 'many'"),
        (FLOW + 'invitation,"false,1,x\n', "is no CSV"),
    ],
    ids=["columns", "empty", "short row", "no number", "no CSV"],
)
def test_a_damaged_file_is_refused_in_one_sentence(flow: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TrialTableError, match=message) as caught:
        read_recorded_flow(write(tmp_path, flow))

    assert str(caught.value).startswith(str(tmp_path / "participant_flow.csv"))
