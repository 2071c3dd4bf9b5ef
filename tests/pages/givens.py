"""What lies in the folder when a page is begun, made once and copied for each page.

A page names it (``<!-- given: photos set -->``); another page may need another line of ``GIVENS``.
"""

import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.pages.amt_batches import write_batches
from tests.pages.running import run_shell


@dataclass(frozen=True)
class Given:
    """How something is made.

    Attributes:
        make: commands of the shell, or a function of the folder.
        after: what must lie there before.
    """

    make: str | Callable[[Path], object]
    after: tuple[str, ...] = ()


GIVENS = {
    # photos/, the same as ~/Pictures/study, one of them as photo.jpg, and others in samples/
    "photos": Given("""
        colorizer sample-photos --out samples
        mkdir photos Pictures
        mv samples/*_0[0-4].png photos
        cp -r photos Pictures/study
        python -c "import PIL.Image as i; i.open('photos/chelsea_00.png').save('photo.jpg')"
    """),
    "set": Given(
        "colorizer build-set photos --out set --seed 1 --condition full=weights:default"
        " --condition random=random --condition real=real",
        after=("photos",),
    ),
    # study.toml, with all that must be settled, in two languages
    "study": Given(
        """
        study-app init study.toml --protocol zhang2016 --title "Real or machine-coloured?" \\
          --contact lab@example.org --institution "Example University" \\
          --data-protection https://example.org/privacy --pay "There is no pay." --minutes 5 \\
          --n-practice 4 --n-main 16 --n-vigilance 2 --n-control 2 --per-condition 6
        sed -i 's/^offered = .*/offered = ["en", "de"]/' study.toml
        echo '[wording.de]' >>study.toml
        echo 'consent = "Example University, https://example.org/privacy"' >>study.toml
        """,
        after=("set",),
    ),
    "draft": Given("study-app create study.toml --set set", after=("study",)),
    # the study open, with simulated answers
    "answers": Given(
        "study-app simulate --participants 4 --seed 1; study-app open", after=("draft",)
    ),
    "export": Given("study-app export --out export", after=("answers",)),
    "training-photos": Given("cp -r samples training-photos", after=("photos",)),
    "shards": Given(
        "colorizer prepare training-photos --out shards --size 32 --validation 0.2 --workers 1",
        after=("training-photos",),
    ),
    # runs/first, interrupted at its first checkpoint
    "run": Given(
        "interrupted runs/first/last_state.npz"
        " colorizer train shards --out runs/first --preset tiny --seed 1",
        after=("shards",),
    ),
    # mine.keras with its run and its shards, and fakes that somebody else made
    "network": Given(
        "colorizer train shards --out runs/first --preset tiny --seed 1;"
        " colorizer finish runs/first --out mine.keras --rebalance 0.7 --temperature 0.5"
        " --input-size 64; cp -r photos fakes",
        after=("shards",),
    ),
    # a tar of one tar for each class
    "imagenet": Given(
        """
        for class in n01440764 n01443537; do mkdir $class; done
        python -c "
        import PIL.Image, pathlib
        for number, path in enumerate(sorted(pathlib.Path('samples').glob('*.png'))):
            name = ('n01440764', 'n01443537')[number % 2]
            PIL.Image.open(path).save(f'{name}/{name}_{number}.JPEG', quality=95)
        "
        for class in n01440764 n01443537; do tar -C $class -cf $class.tar .; rm -r $class; done
        tar -cf ILSVRC2012_img_train.tar n*.tar
        """,
        after=("photos",),
    ),
    # what the README trains on and colours
    "albums": Given(
        "mkdir photos-to-train-on old-album; cp samples/[ac]*.png photos-to-train-on;"
        " tar -C samples -cf more.tar $(cd samples; ls *.png); cp photo.jpg old-album",
        after=("photos",),
    ),
    # the work of two other programs, played by our network at two temperatures
    "other-fakes": Given(
        "colorizer colorize photos --out ddcolor --temperature 1.0; cp -r ddcolor by-hand",
        after=("photos",),
    ),
    # what Prolific and Mechanical Turk say of who came
    "lists": Given(
        "printf '%s\\n' 'Participant id' 5f3a9c0e12 5f3a9c0e13 >prolific_export.csv;"
        " printf '%s\\n' WorkerId A1 >Batch_results.csv"
    ),
    # where `python benchmarks/...` is run
    "checkout": Given(lambda folder: shutil.copytree(ROOT / "benchmarks", folder / "benchmarks")),
    # results.csv, bad.csv and the folder batches
    "amt": Given(write_batches),
}


class Store:
    """Makes what is given once, each thing in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep what is made in a folder."""
        self.folder = folder
        self.made: set[str] = set()

    def put(self, names: tuple[str, ...], folder: Path) -> None:
        """Copy what is named into a folder.

        Raises:
            AssertionError: a name that is not known, or a command that failed.
        """
        for name in names:
            assert name in GIVENS, f"nothing is given as {name}; known: {', '.join(GIVENS)}"
            if name not in self.made:
                self._make(name)
            shutil.copytree(self.folder / name, folder, dirs_exist_ok=True)

    def _make(self, name: str) -> None:
        given, place = GIVENS[name], self.folder / name
        place.mkdir(parents=True)
        self.put(given.after, place)
        if callable(given.make):
            given.make(place)
        else:
            code, printed = run_shell(textwrap.dedent(given.make), place)
            assert code == 0, f"{given.make}\n{printed}"
        self.made.add(name)
