from __future__ import annotations

import pytest

from clothier import backend
from clothier.errors import InputError


def test_starting_again_with_other_threads_is_refused() -> None:
    running = backend.start()
    assert backend.start(running) == backend.start() == running
    with pytest.raises(
        InputError, match=rf"^threads is {running + 1}, but TensorFlow already runs with {running} in"
    ):
        backend.start(running + 1)


def test_versions_name_the_library_that_computes() -> None:
    assert {"keras", backend.name()} < backend.versions().keys()
    assert backend.device() == "cpu"


def test_the_probe_gives_a_ratio() -> None:
    assert 0.001 < backend.bfloat16_speed() < 1000
