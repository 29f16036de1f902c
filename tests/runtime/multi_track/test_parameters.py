"""What clients may set, and when it takes effect."""

from __future__ import annotations

import math

import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError, GeometryError, ProtocolError
from sideman.runtime.multi_track.parameters import Controls, Parameters
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.setting import Setting

STEMS = ("bass", "drums", "guitar", "piano")
GRID = LatentGrid()


class Published:
    """A place where settings are published; `room` False refuses them."""

    def __init__(self) -> None:
        self.settings: list[Setting] = []
        self.room = True

    def __call__(self, setting: Setting) -> bool:
        if self.room:
            self.settings.append(setting)
        return self.room


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def controls(published) -> Controls:
    controls = Controls(published)
    controls.adopt_model(GRID, STEMS, lambda: None, lambda *_: None)
    return controls


def test_defaults(controls):
    setting = controls.setting
    assert controls.in_force == Parameters(0.25, 1, 0.02, 4_410, (1, 0, 0, 0), 0)
    assert setting.rows == (0,)
    assert controls.refused == ""
    assert setting.geometry == Geometry.reference(GRID, 0.25, 1, 0.02)


def test_three_values_take_effect_as_a_whole(controls, published):
    with pytest.raises(GeometryError):
        controls.change("r", [0.5])
    assert controls.in_force.r == 0.25
    assert published.settings == []
    controls.change("w", [0])
    (setting,) = published.settings
    assert setting is controls.setting
    assert (controls.in_force.r, controls.in_force.w) == (0.5, 0)
    assert setting.geometry == Geometry.reference(GRID, 0.5, 0, 0.02)


def test_stems_do_not_wait_for_sizes(controls):
    with pytest.raises(GeometryError):
        controls.change("r", [0.5])
    controls.change("flags", [0, 1, 0, 0])
    assert controls.in_force == Parameters(flags=(0, 1, 0, 0))


def test_while_what_was_asked_for_is_not_in_force_no_step_is_served(controls):
    assert "has not been told" in controls.unserved
    controls.change("flags", [0, 1, 0, 0])
    assert controls.unserved == ""
    with pytest.raises(GeometryError):
        controls.change("r", [0.5])
    assert "r = 0.5" in controls.unserved
    controls.change("w", [0])
    assert controls.unserved == ""
    with pytest.raises(ProtocolError):
        controls.change("flags", [1, 1])
    assert "2 flags" in controls.unserved
    controls.change("fade", [0.01])
    assert "2 flags" in controls.unserved
    controls.change("flags", [1, 1, 0, 0])
    assert controls.unserved == ""
    with pytest.raises(ProtocolError):
        controls.change("w", [3])  # no client can mean this: it changes nothing
    assert controls.unserved == ""


def test_a_client_that_loads_is_content_with_the_values_that_stand(controls):
    controls.greet()
    assert controls.unserved == ""


def test_what_is_refused_is_not_remembered(controls):
    with pytest.raises(ProtocolError):
        controls.change("r", [7.0])
    controls.change("w", [0])
    assert controls.in_force.r == 0.25


def test_without_room_nothing_changes(controls, published):
    published.room = False
    before = controls.setting
    with pytest.raises(ProtocolError, match="Too many"):
        controls.change("fade", [0.01])
    assert controls.setting is before
    published.room = True
    controls.change("w", [0])
    assert controls.in_force.fade == 0.02


BAD = [
    ("r", [math.nan]),
    ("r", [math.inf]),
    ("r", [0.0]),
    ("r", [-0.25]),
    ("r", [1.5]),
    ("r", []),
    ("r", [0.25, 0.25]),
    ("r", ["0.25"]),
    ("r", [True]),
    ("r", [None]),
    ("w", [2]),
    ("w", [-2.0]),
    ("w", [0.5]),
    ("w", [math.nan]),
    ("fade", [-0.01]),
    ("fade", [math.inf]),
    ("fade", [1e300]),
    ("package_size", [127]),
    ("package_size", [16_385]),
    ("package_size", [-1]),
    ("package_size", [512.5]),
    ("package_size", []),
    ("package_size", [True]),
    ("flags", [1, 0, 0]),
    ("flags", [1, 0, 0, 0, 0]),
    ("flags", [1, 0, 0, 2]),
    ("flags", [1, 0, 0, -1]),
    ("flags", [1.0, 0.5, 0, 0]),
    ("flags", []),
    ("verbose", [-1]),
    ("verbose", [0.5]),
]


@pytest.mark.parametrize(("name", "values"), BAD)
def test_bad_values_are_refused_and_change_nothing(controls, published, name, values):
    before = controls.setting
    with pytest.raises(ProtocolError):
        controls.change(name, values)
    assert controls.setting is before
    assert published.settings == []


# How many stems there are is not known without a model.
@pytest.mark.parametrize(("name", "values"), [c for c in BAD if len(c[1]) not in (3, 5)])
def test_bad_values_are_refused_without_a_model_too(published, name, values):
    controls = Controls(published)
    with pytest.raises(ProtocolError):
        controls.change(name, values)
    controls.adopt_model(GRID, STEMS, lambda: None, lambda *_: None)
    assert controls.in_force == Parameters()


@pytest.mark.parametrize("size", [13_096, 16_384])
def test_a_package_that_fits_no_datagram_waits_for_a_step_that_is_shorter(controls, size):
    with pytest.raises(GeometryError, match="the largest is 13095"):
        controls.change("package_size", [size])
    assert controls.in_force.package_size == 4_410
    controls.change("r", [0.04])  # 10,584 samples and the fade: one chunk
    assert controls.in_force.package_size == size
    with pytest.raises(GeometryError, match="the largest is 13095"):
        controls.change("r", [0.25])
    controls.change("package_size", [13_095])
    assert (controls.in_force.r, controls.in_force.package_size) == (0.25, 13_095)


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("flags", [1.0, 0.0, 1.0, 0.0], (1, 0, 1, 0)),
        ("flags", [True, False, True, False], (1, 0, 1, 0)),
        ("package_size", [512.0], 512),
        ("verbose", [1.0], 1),
        ("verbose", [True], 1),
    ],
)
def test_numbers_as_other_programs_send_them(controls, name, values, found):
    """Pure Data and TouchOSC send floats only, SuperCollider and browsers truths."""
    controls.change(name, values)
    value = getattr(controls.in_force, name)
    assert value == found
    assert "float" not in str(type(value))


@pytest.mark.parametrize("w", [-1, 0, 1, -1.0, 1.0])
def test_regimes_as_any_type_of_number(controls, w):
    controls.change("r", [0.125])
    controls.change("w", [w])
    assert controls.in_force.w == w


def test_requests_before_the_model_take_effect_with_it(published):
    controls = Controls(published)
    controls.change("r", [0.5])
    controls.change("w", [-1])
    controls.change("flags", [0, 1, 0, 1])
    assert controls.setting is None
    setting, complaints = controls.adopt_model(GRID, STEMS, lambda: None, lambda *_: None)
    assert complaints == []
    assert published.settings == []
    assert controls.in_force == Parameters(r=0.5, w=-1, flags=(0, 1, 0, 1))
    assert setting.generated == ("drums", "piano")


def test_requests_that_the_model_cannot_meet_are_told(published):
    controls = Controls(published)
    controls.change("r", [0.5])
    controls.change("flags", [0, 1])
    stems = (*STEMS[:3], "accompaniment")
    _, complaints = controls.adopt_model(GRID, stems, lambda: None, lambda *_: None)
    assert len(complaints) == 2
    assert controls.in_force == Parameters()
    assert controls.refused == complaints[0]
    controls.change("flags", [1, 0, 0, 0])
    assert controls.refused == complaints[1]
    controls.change("w", [0])  # r was remembered
    assert controls.in_force.r == 0.5


def test_a_model_with_other_stems_begins_with_its_first(published):
    controls = Controls(published)
    _, complaints = controls.adopt_model(GRID, ("voice", "choir"), lambda: None, lambda *_: None)
    assert complaints == []
    assert controls.in_force.flags == (1, 0)


def test_a_model_that_even_the_defaults_do_not_suit(published):
    controls = Controls(published)
    tiny = LatentGrid(window_samples=4_096 * 2 + 1_536, columns=2, trained_masks=(0,))
    with pytest.raises(GeometryError):
        controls.adopt_model(tiny, STEMS, lambda: None, lambda *_: None)
    assert controls.setting is None


def test_exact_mask(published):
    controls = Controls(published, exact_mask=True)
    controls.change("r", [0.1])
    setting, _ = controls.adopt_model(GRID, STEMS, lambda: None, lambda *_: None)
    assert setting.geometry == Geometry.reference(GRID, 0.1, 1, 0.02, exact_mask=True)
    assert setting.geometry != Geometry.reference(GRID, 0.1, 1, 0.02)


def test_a_step_that_no_engine_was_built_for_is_remembered_and_changes_nothing(published):
    """As with impossible triples: the next message may bring one that was built."""
    built = {17, 18}
    controls = Controls(published)

    def check(geometry, rows):
        if geometry.decoded_columns not in built:
            raise BackendError(f"No engine decodes {geometry.decoded_columns} columns.")

    controls.adopt_model(GRID, STEMS, lambda: None, check)
    before = controls.setting
    with pytest.raises(BackendError, match="No engine decodes"):
        controls.change("r", [0.125])
    assert controls.setting is before
    assert published.settings == []
    built.add(9)
    controls.change("fade", [0.01])
    assert controls.in_force.r == 0.125
    assert controls.setting.geometry.decoded_columns == 9


def test_a_model_without_engines_for_what_was_asked_falls_back_and_complains(published):
    def check(geometry, rows):
        if len(rows) > 1:
            raise BackendError("Built for one stem only.")
        if geometry.decoded_columns > 17:
            raise BackendError("Built for 17 columns only.")

    controls = Controls(published)
    controls.change("fade", [0.3])
    _, complaints = controls.adopt_model(GRID, STEMS, lambda: None, check)
    assert controls.in_force.fade == Parameters.fade
    assert complaints == ["Built for 17 columns only."]


@pytest.mark.parametrize(
    ("name", "value", "old"), [("flags", [1, 1, 1, 1], [1, 0, 0, 0]), ("r", [0.125], [0.25])]
)
def test_what_the_model_could_not_be_configured_for_is_refused(
    controls, published, name, value, old
):
    controls.greet()
    standing = controls.setting
    controls.change(name, value)
    controls.refuse(published.settings[-1], standing, "no memory")
    assert controls.setting is standing
    assert controls.in_force == Parameters()
    assert controls.refused == controls.unserved == "no memory"
    controls.change("verbose", [0])  # says nothing of it
    assert controls.refused == "no memory"
    controls.change(name, old)
    assert controls.refused == controls.unserved == ""


def test_sizes_that_were_refused_are_tried_again_with_the_next_of_them(controls, published):
    standing = controls.setting
    controls.change("r", [0.125])
    controls.refuse(published.settings[-1], standing, "no memory")
    controls.change("fade", [0.01])
    assert published.settings[-1].geometry == Geometry.reference(GRID, 0.125, 1, 0.01)
    assert controls.refused == ""


def test_stems_that_were_refused_are_tried_again_with_sizes_that_may_suit_them(controls, published):
    standing = controls.setting
    controls.change("flags", [1, 1, 1, 1])
    controls.refuse(published.settings[-1], standing, "no memory")
    controls.change("r", [0.125])
    assert published.settings[-1].rows == (0, 1, 2, 3)
    assert published.settings[-1].geometry == Geometry.reference(
        GRID, 0.125, Parameters.w, Parameters.fade
    )
    assert controls.refused == ""


def test_a_newer_setting_that_waits_is_not_refused_with_an_older_one(controls, published):
    standing = controls.setting
    controls.change("flags", [1, 1, 1, 1])
    controls.change("flags", [0, 1, 0, 0])
    older, newer = published.settings
    controls.refuse(older, standing, "no memory")
    assert controls.setting is newer
    assert controls.refused == ""
    controls.refuse(newer, standing, "no memory")
    assert controls.setting is standing
    assert controls.refused == "no memory"


def test_with_engines_for_none_of_the_first_settings_no_stem_plays_until_others_come(published):
    def check(geometry, rows):
        if rows and (len(rows) != 2 or geometry.decoded_columns != 9):
            raise BackendError("Built for two stems and 9 columns.")

    controls = Controls(published)
    setting, complaints = controls.adopt_model(GRID, STEMS, lambda: None, check)
    assert setting.rows == ()
    assert complaints == []  # nobody has asked for anything
    controls.change("verbose", [0])
    setting, (complaint,) = controls.adopt_model(GRID, STEMS, lambda: None, check)
    assert setting.rows == ()
    assert complaint.startswith("No stem plays until other settings come. Built for two")
    # A client's handshake, in its order.
    controls.change("r", [0.125])
    controls.change("flags", [1, 1, 0, 0])
    assert controls.setting.rows == (0, 1)
    assert controls.setting.geometry.decoded_columns == 9
