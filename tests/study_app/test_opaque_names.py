from study_app.models import CODE_LENGTH, Trial
from study_app.opaque_names import new_key, new_trial_names


def test_names_are_random_and_fit_their_columns():
    names = [new_key() for _ in range(200)]

    assert len(set(names)) == 200
    assert all(len(name) <= CODE_LENGTH for name in names)


def test_a_trial_and_its_images_have_names_of_their_own():
    names = new_trial_names()

    assert len(set(names.values())) == 3
    assert set(names) <= set(Trial.__table__.columns.keys())
