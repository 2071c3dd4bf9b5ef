import itertools
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from study_app.errors import PlanError
from study_app.plan import plan_trials
from study_app.protocol import PlannablePair, PlanSettings

ZHANG = PlanSettings(tested=("full",), vigilance="random")


def make_pairs(n_photos, conditions=("full", "random")):
    return [
        PlannablePair(f"{condition}-{i:03}", f"photo-{i:03}", condition)
        for i in range(n_photos)
        for condition in conditions
    ]


@st.composite
def plan_cases(draw):
    """Settings that can be planned, and pairs that are just enough for them or a few more."""
    n_vigilance = draw(st.integers(0, 6))
    n_control = draw(st.integers(0, 5))
    n_tested = draw(st.integers(1, 30))
    n_main = n_tested + n_vigilance + n_control
    assume(2 * n_vigilance <= n_main - 1)
    tested = tuple(f"tested{i}" for i in range(draw(st.integers(1, 4))))
    plan = PlanSettings(
        tested=tested,
        vigilance="random",
        control="real",
        n_practice=draw(st.integers(0, 12)),
        n_main=n_main,
        n_vigilance=n_vigilance,
        n_control=n_control,
        first_side=draw(st.sampled_from(["balanced", "left", "both"])),
    )
    n_photos = plan.n_practice + plan.n_main + draw(st.integers(0, 5))
    return plan, make_pairs(n_photos, (*tested, "random", "real")), draw(st.integers(0, 2**62))


def spread_of(counted, values):
    counts = [counted[value] for value in values]
    return max(counts) - min(counts)


@given(plan_cases())
@settings(max_examples=150, deadline=None)
def test_no_photo_stands_twice_in_a_plan(case):
    plan, pairs, seed = case

    photos = [trial.photo_id for trial in plan_trials(pairs, plan, seed)]

    assert len(set(photos)) == len(photos) == plan.n_practice + plan.n_main


@given(plan_cases())
@settings(max_examples=150, deadline=None)
def test_sides_are_balanced_in_each_block_and_trial_type(case):
    plan, pairs, seed = case

    trials = plan_trials(pairs, plan, seed)

    sides = ("left", "right")
    for trial_type in ("practice", "main", "vigilance", "control"):
        own = [trial for trial in trials if trial.trial_type == trial_type]
        assert spread_of(Counter(trial.real_side for trial in own), sides) <= 1
        if plan.first_side == "balanced":
            assert spread_of(Counter(trial.first_side for trial in own), sides) <= 1
            crossed = Counter((trial.real_side, trial.first_side) for trial in own)
            assert spread_of(crossed, [(a, b) for a in sides for b in sides]) <= 1
        else:
            assert {trial.first_side for trial in own} <= {plan.first_side}


@given(plan_cases())
@settings(max_examples=150, deadline=None)
def test_sides_are_balanced_within_each_condition_of_a_within_design(case):
    plan, pairs, seed = case

    trials = [trial for trial in plan_trials(pairs, plan, seed) if trial.trial_type == "main"]

    for condition in plan.tested:
        own = [trial for trial in trials if trial.condition == condition]
        assert spread_of(Counter(trial.real_side for trial in own), ("left", "right")) <= 1
        if plan.first_side == "balanced":
            crossed = Counter((trial.real_side, trial.first_side) for trial in own)
            cells = [(a, b) for a in ("left", "right") for b in ("left", "right")]
            assert spread_of(crossed, cells) <= 1


@given(plan_cases())
@settings(max_examples=150, deadline=None)
def test_vigilance_trials_are_exact_never_first_never_adjacent_and_spread_out(case):
    plan, pairs, seed = case

    main = plan_trials(pairs, plan, seed)[plan.n_practice :]

    places = [i for i, trial in enumerate(main) if trial.trial_type == "vigilance"]
    assert len(places) == plan.n_vigilance
    assert 0 not in places
    gaps = [b - a for a, b in itertools.pairwise(places)]
    assert all(gap >= 2 for gap in gaps)
    for stretch in range(plan.n_vigilance):
        first = 1 + (plan.n_main - 1) * stretch // plan.n_vigilance
        end = 1 + (plan.n_main - 1) * (stretch + 1) // plan.n_vigilance
        assert sum(first <= place < end for place in places) == 1


@given(plan_cases())
@settings(max_examples=150, deadline=None)
def test_each_trial_type_has_its_number_and_its_condition(case):
    plan, pairs, seed = case

    trials = plan_trials(pairs, plan, seed)

    counted = Counter(trial.trial_type for trial in trials)
    assert counted["practice"] == plan.n_practice
    assert counted["control"] == plan.n_control
    assert counted["main"] == plan.n_main - plan.n_vigilance - plan.n_control
    wanted = {"vigilance": {"random"}, "control": {"real"}}
    by_id = {pair.pair_id: pair for pair in pairs}
    for trial in trials:
        assert trial.condition in wanted.get(trial.trial_type, set(plan.tested))
        assert by_id[trial.pair_id] == (trial.pair_id, trial.photo_id, trial.condition)


@given(plan_cases())
@settings(max_examples=100, deadline=None)
def test_tested_conditions_share_the_trials_equally(case):
    plan, pairs, seed = case

    trials = plan_trials(pairs, plan, seed)

    for trial_type in ("practice", "main"):
        counted = Counter(t.condition for t in trials if t.trial_type == trial_type)
        assert spread_of(counted, plan.tested) <= 1


@given(plan_cases(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_same_seed_gives_the_same_plan_in_whatever_order_the_pairs_come(case, chance):
    plan, pairs, seed = case
    shuffled = list(pairs)
    chance.shuffle(shuffled)

    assert plan_trials(shuffled, plan, seed) == plan_trials(pairs, plan, seed)


def test_another_seed_gives_another_plan():
    pairs = make_pairs(60)

    assert plan_trials(pairs, ZHANG, 1) != plan_trials(pairs, ZHANG, 2)


def test_the_protocol_of_2016_is_ten_practice_trials_and_forty_with_four_vigilance_trials():
    trials = plan_trials(make_pairs(60), ZHANG, 7)

    assert [t.trial_index for t in trials] == list(range(50))
    assert Counter(t.trial_type for t in trials) == {"practice": 10, "main": 36, "vigilance": 4}
    assert [t.block for t in trials] == ["practice"] * 10 + ["main"] * 40
    crossed = Counter((t.real_side, t.first_side) for t in trials if t.trial_type == "main")
    assert set(crossed.values()) == {9}


def test_every_photo_and_every_combination_of_sides_comes_first_equally_often():
    """Over many seeds nothing is favoured: a wrong mirror or shuffle would show here."""
    n_plans = 2000
    pairs = make_pairs(12)
    small = PlanSettings(("full",), "random", n_practice=1, n_main=5, n_vigilance=1)

    firsts = [plan_trials(pairs, small, seed)[0] for seed in range(n_plans)]

    photos = Counter(trial.photo_id for trial in firsts)
    sides = Counter((trial.real_side, trial.first_side) for trial in firsts)
    # Six standard errors of a binomial share around 1/12 and 1/4.
    assert all(abs(n / n_plans - 1 / 12) < 6 * (11 / 144 / n_plans) ** 0.5 for n in photos.values())
    assert len(photos) == 12
    assert all(abs(n / n_plans - 1 / 4) < 6 * (3 / 16 / n_plans) ** 0.5 for n in sides.values())


def test_exactly_enough_photos_are_enough():
    assert len(plan_trials(make_pairs(50), ZHANG, 0)) == 50


def test_too_few_photos_are_an_error_that_gives_the_numbers():
    with pytest.raises(PlanError, match=r"needs 50 different photos .* has 49 .*full: 46 wanted"):
        plan_trials(make_pairs(49), ZHANG, 0)


@pytest.mark.parametrize("seed", range(30))
def test_photos_that_exist_under_some_conditions_only_are_kept_for_those(seed):
    """Of six photos only two have a random fake: whoever takes them for others gets stuck."""
    pairs = [PlannablePair(f"f{i}", f"photo{i}", "full") for i in range(6)]
    pairs += [PlannablePair(f"r{i}", f"photo{i}", "random") for i in range(2)]
    plan = PlanSettings(("full",), "random", n_practice=0, n_main=6, n_vigilance=2)

    trials = plan_trials(pairs, plan, seed)

    vigilance = {trial.photo_id for trial in trials if trial.trial_type == "vigilance"}
    assert vigilance == {"photo0", "photo1"}


def test_a_condition_without_enough_photos_is_an_error_though_there_are_photos_enough():
    pairs = [PlannablePair(f"f{i}", f"photo{i}", "full") for i in range(100)]
    pairs += [PlannablePair("r0", "photo0", "random")]

    with pytest.raises(PlanError, match="random: 4 wanted, 1 there"):
        plan_trials(pairs, ZHANG, 0)


@given(plan_cases())
@settings(max_examples=100, deadline=None)
def test_sides_are_balanced_in_each_half_of_a_block_where_one_condition_is_tested(case):
    plan, pairs, seed = case
    plan = replace(plan, tested=plan.tested[:1])

    trials = plan_trials(pairs, plan, seed)

    sides = ("left", "right")
    blocks = (trials[: plan.n_practice], trials[plan.n_practice :])
    halves = [part for block in blocks for part in _halves(block)]
    for half, trial_type in itertools.product(halves, ("practice", "main", "vigilance", "control")):
        own = [trial for trial in half if trial.trial_type == trial_type]
        assert spread_of(Counter(trial.real_side for trial in own), sides) <= 1
        if plan.first_side == "balanced":
            assert spread_of(Counter(trial.first_side for trial in own), sides) <= 1
            crossed = Counter((trial.real_side, trial.first_side) for trial in own)
            assert spread_of(crossed, [(a, b) for a in sides for b in sides]) <= 1


def _halves(block):
    middle = len(block) // 2
    return block[:middle], block[middle:]


@given(plan_cases(), st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_each_photo_of_a_tested_condition_is_judged_equally_often_over_a_study(case, n_sessions):
    """Whatever else needs photos: numbers differ by one at most, after every study session."""
    plan, pairs, seed = case
    plan = replace(plan, tested=plan.tested[:1])
    usage = Counter()

    for number in range(n_sessions):
        trials = plan_trials(pairs, plan, seed + number, usage)
        usage.update(trial.pair_id for trial in trials if trial.block == "main")

        own = [pair.pair_id for pair in pairs if pair.condition == plan.tested[0]]
        assert spread_of(usage, own) <= 1
        assert len({trial.photo_id for trial in trials}) == len(trials)


@pytest.mark.parametrize("n_photos", [50, 53, 75, 120])
def test_photos_of_vigilance_and_control_trials_are_judged_nearly_equally_often(n_photos):
    """The tested condition chooses first, which can leave them one short."""
    pairs = make_pairs(n_photos, ("full", "random", "real"))
    plan = replace(ZHANG, control="real", n_control=4)
    usage = Counter()

    for seed in range(60):
        trials = plan_trials(pairs, plan, seed, usage)
        usage.update(trial.pair_id for trial in trials if trial.block == "main")

    for condition, most in (("full", 1), ("random", 2), ("real", 2)):
        own = [pair.pair_id for pair in pairs if pair.condition == condition]
        assert spread_of(usage, own) <= most


def test_without_balance_the_photos_of_a_study_are_judged_less_equally():
    """The same studies without the usage: the test above can fail."""
    pairs = make_pairs(75)
    usage = Counter()

    for seed in range(60):
        trials = plan_trials(pairs, ZHANG, seed)
        usage.update(trial.pair_id for trial in trials if trial.trial_type == "main")

    assert spread_of(usage, [pair.pair_id for pair in pairs if pair.condition == "full"]) > 5


def test_practice_takes_photos_that_the_test_leaves():
    pairs = make_pairs(50)
    usage = {f"full-{number:03}": 1 for number in range(36, 50)}

    trials = plan_trials(pairs, ZHANG, 3, usage)

    main = {trial.pair_id for trial in trials if trial.trial_type == "main"}
    assert main == {f"full-{number:03}" for number in range(36)}


@given(plan_cases(), st.integers(0, 2**62))
@settings(max_examples=50, deadline=None)
def test_the_same_usage_gives_the_same_plan_in_whatever_order_the_pairs_come(case, chance):
    plan, pairs, seed = case
    rng = random.Random(chance)
    usage = {pair.pair_id: rng.randrange(3) for pair in pairs}
    shuffled = rng.sample(pairs, len(pairs))

    assert plan_trials(shuffled, plan, seed, usage) == plan_trials(pairs, plan, seed, dict(usage))
