"""What the database itself refuses about the desk's door."""

import pytest
import sqlalchemy as sa

from study_app.desk_models import DeskPassword
from study_app.extensions import db
from tests.study_app.factories import NOW


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"id": 2}, "only_row"),
        ({"n_failed": -1}, "n_failed_range"),
    ],
)
def test_a_second_password_and_a_negative_count_are_refused(app, row, named):
    with app.app_context(), pytest.raises(sa.exc.IntegrityError, match=named):
        db.session.execute(
            sa.insert(DeskPassword).values(
                **{"id": 1, "password_hash": "x", "set_at": NOW, "n_failed": 0} | row
            )
        )
