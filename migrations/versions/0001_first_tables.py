"""Make the tables of the first version: stimulus set, study, plan, responses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stimulus_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("image_size_px", sa.Integer(), nullable=False),
        sa.Column("image_format", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus_set")),
        sa.UniqueConstraint("digest", name=op.f("uq_stimulus_set_digest")),
    )
    op.create_table(
        "condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stimulus_set_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('weights', 'folder', 'random', 'grey', 'real')",
            name=op.f("ck_condition_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_set_id"],
            ["stimulus_set.id"],
            name=op.f("fk_condition_stimulus_set_id_stimulus_set"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint(
            "stimulus_set_id", "name", name=op.f("uq_condition_stimulus_set_id_name")
        ),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stimulus_set_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed')", name=op.f("ck_study_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_set_id"],
            ["stimulus_set.id"],
            name=op.f("fk_study_stimulus_set_id_stimulus_set"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("code", name=op.f("uq_study_code")),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_participant_study_id_study")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("code", name=op.f("uq_participant_code")),
        sa.UniqueConstraint(
            "study_id", "external_id", name=op.f("uq_participant_study_id_external_id")
        ),
    )
    op.create_table(
        "stimulus_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stimulus_set_id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.String(length=200), nullable=False),
        sa.Column("photo_id", sa.String(length=200), nullable=False),
        sa.Column("real_path", sa.Text(), nullable=False),
        sa.Column("real_sha256", sa.String(length=64), nullable=False),
        sa.Column("fake_path", sa.Text(), nullable=False),
        sa.Column("fake_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_stimulus_pair_condition_id_condition")
        ),
        sa.ForeignKeyConstraint(
            ["stimulus_set_id"],
            ["stimulus_set.id"],
            name=op.f("fk_stimulus_pair_stimulus_set_id_stimulus_set"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stimulus_pair")),
        sa.UniqueConstraint(
            "condition_id", "photo_id", name=op.f("uq_stimulus_pair_condition_id_photo_id")
        ),
        sa.UniqueConstraint(
            "stimulus_set_id", "pair_id", name=op.f("uq_stimulus_pair_stimulus_set_id_pair_id")
        ),
    )
    op.create_table(
        "study_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("enrolment_key", sa.String(length=32), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("condition_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("n_practice", sa.Integer(), nullable=False),
        sa.Column("n_trials", sa.Integer(), nullable=False),
        sa.Column("n_answered", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("consent_version", sa.String(length=200), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completion_code", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state <> 'finished' OR n_answered = n_trials",
            name=op.f("ck_study_session_finished_has_all_answers"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'finished', 'withdrawn')",
            name=op.f("ck_study_session_state_known"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (completion_code IS NULL)",
            name=op.f("ck_study_session_code_when_finished"),
        ),
        sa.CheckConstraint(
            "n_answered >= 0 AND n_answered <= n_trials",
            name=op.f("ck_study_session_n_answered_range"),
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name=op.f("fk_study_session_condition_id_condition")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_study_session_participant_id_participant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_session")),
        sa.UniqueConstraint("code", name=op.f("uq_study_session_code")),
        sa.UniqueConstraint("completion_code", name=op.f("uq_study_session_completion_code")),
        sa.UniqueConstraint("enrolment_key", name=op.f("uq_study_session_enrolment_key")),
    )
    op.create_index(op.f("ix_study_session_participant_id"), "study_session", ["participant_id"])
    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_session_id", sa.Integer(), nullable=False),
        sa.Column("stimulus_pair_id", sa.Integer(), nullable=False),
        sa.Column("trial_index", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(length=16), nullable=False),
        sa.Column("trial_type", sa.String(length=16), nullable=False),
        sa.Column("real_side", sa.String(length=16), nullable=False),
        sa.Column("first_side", sa.String(length=16), nullable=False),
        sa.Column("trial_key", sa.String(length=32), nullable=False),
        sa.Column("left_token", sa.String(length=32), nullable=False),
        sa.Column("right_token", sa.String(length=32), nullable=False),
        sa.Column("n_issued", sa.Integer(), nullable=False),
        sa.CheckConstraint("block IN ('practice', 'main')", name=op.f("ck_trial_block_known")),
        sa.CheckConstraint(
            "first_side IN ('left', 'right', 'both')", name=op.f("ck_trial_first_side_known")
        ),
        sa.CheckConstraint("real_side IN ('left', 'right')", name=op.f("ck_trial_real_side_known")),
        sa.CheckConstraint(
            "trial_type IN ('practice', 'main', 'vigilance', 'control')",
            name=op.f("ck_trial_trial_type_known"),
        ),
        sa.CheckConstraint("n_issued >= 0", name=op.f("ck_trial_n_issued_range")),
        sa.CheckConstraint("trial_index >= 0", name=op.f("ck_trial_trial_index_range")),
        sa.ForeignKeyConstraint(
            ["stimulus_pair_id"],
            ["stimulus_pair.id"],
            name=op.f("fk_trial_stimulus_pair_id_stimulus_pair"),
        ),
        sa.ForeignKeyConstraint(
            ["study_session_id"],
            ["study_session.id"],
            name=op.f("fk_trial_study_session_id_study_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
        sa.UniqueConstraint("left_token", name=op.f("uq_trial_left_token")),
        sa.UniqueConstraint("right_token", name=op.f("uq_trial_right_token")),
        sa.UniqueConstraint(
            "study_session_id", "trial_index", name=op.f("uq_trial_study_session_id_trial_index")
        ),
        sa.UniqueConstraint("trial_key", name=op.f("uq_trial_trial_key")),
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("response_key", sa.String(length=36), nullable=False),
        sa.Column("chosen_side", sa.String(length=16), nullable=False),
        sa.Column("response_ms", sa.Double(), nullable=False),
        sa.Column("input", sa.String(length=16), nullable=False),
        sa.Column("left_planned_ms", sa.Double(), nullable=False),
        sa.Column("left_onset_ms", sa.Double(), nullable=False),
        sa.Column("left_offset_ms", sa.Double(), nullable=False),
        sa.Column("left_shown_ms", sa.Double(), nullable=False),
        sa.Column("left_n_dropped_frames", sa.Integer(), nullable=False),
        sa.Column("right_planned_ms", sa.Double(), nullable=False),
        sa.Column("right_onset_ms", sa.Double(), nullable=False),
        sa.Column("right_offset_ms", sa.Double(), nullable=False),
        sa.Column("right_shown_ms", sa.Double(), nullable=False),
        sa.Column("right_n_dropped_frames", sa.Integer(), nullable=False),
        sa.Column("frame_interval_ms", sa.Double(), nullable=False),
        sa.Column("n_hidden", sa.Integer(), nullable=False),
        sa.Column("n_resized", sa.Integer(), nullable=False),
        sa.Column("device_pixel_ratio", sa.Double(), nullable=False),
        sa.Column("shown_px", sa.Double(), nullable=False),
        sa.Column("exposure_valid", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "chosen_side IN ('left', 'right')", name=op.f("ck_response_chosen_side_known")
        ),
        sa.CheckConstraint(
            "input IN ('keyboard', 'mouse', 'touch')", name=op.f("ck_response_input_known")
        ),
        sa.CheckConstraint(
            "left_shown_ms >= 0 AND right_shown_ms >= 0", name=op.f("ck_response_shown_ms_range")
        ),
        sa.CheckConstraint("response_ms >= 0", name=op.f("ck_response_response_ms_range")),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial.id"], name=op.f("fk_response_trial_id_trial")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("trial_id", name=op.f("uq_response_trial_id")),
    )


def downgrade() -> None:
    op.drop_table("response")
    op.drop_table("trial")
    op.drop_index(op.f("ix_study_session_participant_id"), "study_session")
    op.drop_table("study_session")
    op.drop_table("stimulus_pair")
    op.drop_table("participant")
    op.drop_table("study")
    op.drop_table("condition")
    op.drop_table("stimulus_set")
