"""The questions of ``study-app init``: what is asked, with which default, which answer is good.

Place on the data's path: before the study file. Reading an answer is pure; asking is click's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from study_app.study_tables import ConditionChoice

CONDITION_NAME = re.compile(r"[A-Za-z0-9._-]+")
LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True)
class StartQuestion:
    """One question.

    Attributes:
        option: name of the option of ``init`` that answers it without asking.
        text: what is asked, without a question mark's colon.
        read: turns what was typed into the option's value; raises ``click.BadParameter``.
        default: what an empty answer means, as it would be typed.
        is_aside: asked only if something else is missing too; its default suits nearly all.
    """

    option: str
    text: str
    read: Callable[[str], Any]
    default: str = ""
    is_aside: bool = False


def ask_for_missing(given: Mapping[str, Any], suggested: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for every option that was not given, again after a bad answer.

    Where all that one has to know was given, nothing is asked.

    Args:
        given: values of options; None, or no condition, is not given.
        suggested: defaults of title, people and minutes.

    Returns:
        All options, those that were given unchanged.
    """
    answers = dict(given)
    waiting = [
        question for question in start_questions(suggested) if given[question.option] in (None, ())
    ]
    if all(question.is_aside for question in waiting):
        return answers
    click.echo("A few questions; Enter takes what stands in brackets, or leaves it out.")
    for question in waiting:
        answers[question.option] = click.prompt(
            question.text,
            default=question.default,
            show_default=bool(question.default),
            value_proc=question.read,
        )
    return answers


def start_questions(suggested: Mapping[str, Any]) -> tuple[StartQuestion, ...]:
    """Give the questions in their order."""
    return (
        StartQuestion("title", "Title that participants read", read_title, suggested["title"]),
        StartQuestion("contact", "Whom they write to, an e-mail address", read_line),
        StartQuestion("institution", "Who is responsible: institute, university", read_line),
        StartQuestion("data_protection", "Address of the page on data protection there", read_line),
        StartQuestion(
            "tested",
            "Conditions to test, with commas (empty: all of the set)",
            read_conditions,
            is_aside=True,
        ),
        StartQuestion(
            "per_condition",
            "Participants per condition",
            read_number,
            str(suggested["per_condition"]),
        ),
        StartQuestion("pay", "What they are paid, one sentence", read_line),
        StartQuestion(
            "minutes",
            "Minutes that they are told",
            read_number,
            str(suggested["minutes"]),
            is_aside=True,
        ),
    )


def read_line(typed: str) -> str:
    """Take any line of text, empty too."""
    text = typed.strip()
    if not text.isprintable():
        raise click.BadParameter("a line without control characters is wanted")
    return text


def read_title(typed: str) -> str:
    """Take a line that is not empty."""
    text = read_line(typed)
    if not text:
        raise click.BadParameter("participants need a title to know the study by")
    return text


def read_number(typed: str) -> int:
    """Take a whole number from 1."""
    text = typed.strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LARGEST_NUMBER):
        raise click.BadParameter(f"{text!r} is no whole number from 1 to {LARGEST_NUMBER:,}")
    return int(text)


def read_conditions(typed: str) -> tuple[str, ...]:
    """Take names of conditions, parted by commas or spaces; none is all."""
    names = tuple(typed.replace(",", " ").split())
    taken = ConditionChoice()
    for name in names:
        if not CONDITION_NAME.fullmatch(name):
            raise click.BadParameter(
                f"{name!r} is no name of a condition: letters, digits, '-', '_' and '.'"
            )
        if name in (taken.vigilance, taken.control):
            raise click.BadParameter(f"{name!r} serves the vigilance or the control trials")
        if names.count(name) > 1:
            raise click.BadParameter(f"{name!r} stands twice")
    return names
