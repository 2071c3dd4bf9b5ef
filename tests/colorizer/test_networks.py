import dataclasses

import pytest

from colorizer import networks
from colorizer.config import PRESETS, SIZE_MULTIPLES


@pytest.mark.parametrize("name", ["zhang2016", "residual"])
def test_each_network_takes_the_multiples_that_its_settings_name(name):
    config = dataclasses.replace(PRESETS["tiny"], network=name, width=0.0625)

    built = networks.build(config)

    assert networks.size_multiple_of(built) == SIZE_MULTIPLES[name]
    assert built.output_shape[-1] == 313
