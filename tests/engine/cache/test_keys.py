from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.cache.keys import key_of


@given(st.dictionaries(st.text(max_size=3), st.integers()), st.randoms())
def test_the_order_of_names_does_not_matter(values, random):
    names = list(values)
    random.shuffle(names)
    assert key_of(values) == key_of({name: values[name] for name in names})
