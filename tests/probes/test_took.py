import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.probes.took import CLASSES, class_of, percentiles, upper


@pytest.mark.parametrize(
    ("micros", "number"), [(0, 0), (100, 0), (101, 1), (200, 4), (201, 5), (1_000_000, 54), (2**32 - 1, 100)]
)
def test_a_duration_has_its_class(micros: int, number: int) -> None:
    assert class_of(micros) == number


@given(st.integers(0, 3_300_000_000))
def test_a_class_holds_what_is_put_into_it(micros: int) -> None:
    number = class_of(micros)
    assert 0 <= number < CLASSES
    assert micros <= upper(number) * 1.000001
    assert number == 0 or micros > upper(number - 1) * 0.999999


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.integers(100, 60_000_000), min_size=1, max_size=200), st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1])
)
def test_a_percentile_is_near_the_true_one_and_within_what_was_seen(tooks: list[int], share: float) -> None:
    counts = np.bincount([class_of(took) for took in tooks], minlength=CLASSES)
    (found,) = percentiles(counts, [share], min(tooks), max(tooks))
    true = np.quantile(tooks, share, method="inverted_cdf")
    # A class reaches from its lower end to 19 % more.
    assert true / 1.1893 <= found <= true * 1.1893
    assert min(tooks) <= found <= max(tooks)


def test_classes_of_two_times_add_up_to_those_of_both() -> None:
    first, second = [120, 5_000, 80_000], [300, 5_100, 7_000_000]
    counts = [np.bincount([class_of(took) for took in tooks], minlength=CLASSES) for tooks in (first, second)]
    both = np.bincount([class_of(took) for took in first + second], minlength=CLASSES)
    assert (counts[0] + counts[1] == both).all()
