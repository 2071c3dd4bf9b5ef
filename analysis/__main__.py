"""The ``analysis`` program: a group of commands, each parsed in a file of its own."""

import importlib.util
import sys

import click

from analysis.command_line import Commands
from analysis.errors import AnalysisError
from analysis.planning_commands import plan
from analysis.result_commands import estimate, report
from analysis.sequential_commands import look, sequence
from analysis.simulate_command import simulate
from analysis.table_commands import check, convert

EXTRA = "pip install 'colorization-turing-test[analysis]'"
NEEDED = ("jinja2", "matplotlib", "numpy", "pandas", "pyarrow", "scipy")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="colorization-turing-test")
def main() -> None:
    """Turn a trial table into fool rates with intervals, and a report."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise AnalysisError(f"the analysis needs {', '.join(missing)}: {EXTRA}")


for command in (check, convert, estimate, look, plan, report, sequence, simulate):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main(prog_name="python -m analysis"))
