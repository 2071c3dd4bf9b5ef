"""The ``colorizer`` command; a subcommand parses, calls one function, says where the result is."""

import click

from colorizer.colouring_commands import build_set, check_set, colorize, evaluate, sample_photos
from colorizer.command_line import Commands
from colorizer.fingerprint_commands import fingerprints
from colorizer.finishing_commands import export, finish, tune
from colorizer.preparing_commands import prepare
from colorizer.training_commands import prior, train


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="colorization-turing-test")
def main() -> None:
    """Photographs in, a stimulus set out: train and run the network, build the fakes."""


for command in (
    *(prepare, fingerprints, prior, train, tune, finish, export),
    *(colorize, evaluate, build_set, check_set, sample_photos),
):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="colorizer")
