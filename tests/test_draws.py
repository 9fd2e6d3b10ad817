"""Draws: the published function, the same numbers in every form, and no address that moves another."""

from __future__ import annotations

import pickle
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from journeyctl.draws import Draws, name_hash, name_hashes, philox

# Lines `philox4x64 10` of the file kat_vectors of Random123: counter, key, output.
VECTORS = (
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (0xFFFFFFFFFFFFFFFF,) * 4,
        (0xFFFFFFFFFFFFFFFF,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
)
WORDS = st.integers(0, 2**64 - 1)
NAMES = st.text(max_size=12)
SEEDS = st.builds(Draws, WORDS, st.none() | st.integers(0, 2**64 - 2))


@pytest.mark.parametrize(("counter", "key", "output"), VECTORS)
def test_the_published_vectors_come_out(
    counter: tuple[int, int, int, int], key: tuple[int, int], output: tuple[int, int, int, int]
) -> None:
    assert philox(counter, key) == output


@given(counter=st.tuples(WORDS, WORDS, WORDS, WORDS), key=st.tuples(WORDS, WORDS))
def test_the_function_is_the_one_that_numpy_ships(counter: tuple[int, int, int, int], key: tuple[int, int]) -> None:
    number = sum(word << (64 * place) for place, word in enumerate(counter))
    # NumPy counts up before it computes its first block.
    theirs = np.random.Philox(counter=(number - 1) % 2**256, key=key[0] | key[1] << 64)
    assert philox(counter, key) == tuple(theirs.random_raw(4).tolist())


@given(draws=SEEDS, subject=NAMES, purpose=NAMES, place=NAMES, occurrence=WORDS)
def test_a_draw_is_the_top_of_the_first_word_at_its_address(
    draws: Draws, subject: str, purpose: str, place: str, occurrence: int
) -> None:
    counter = (name_hash(subject), name_hash(purpose), name_hash(place), occurrence)
    expected = philox(counter, draws.key)[0] >> 11
    assert draws.bits(subject, purpose, place=place, occurrence=occurrence) == expected
    assert draws.block(counter[0], counter[1], places=counter[2], occurrences=occurrence).tolist() == expected


def test_the_array_form_gives_the_same_numbers_as_the_scalar_form() -> None:
    draws = Draws(7, 3)
    subjects = [f"u1/h{k // 9}/c{k}" for k in range(400)]
    places, purposes = ["", "a", "über"], ["open", "click", "delay"]
    block = draws.block(
        name_hashes(subjects)[:, None, None, None],
        name_hashes(purposes)[:, None, None],
        places=name_hashes(places)[:, None],
        occurrences=np.arange(5),
    )
    expected = [
        [[[draws.bits(s, p, place=q, occurrence=k) for k in range(5)] for q in places] for p in purposes]
        for s in subjects
    ]
    assert block.dtype == np.int64
    assert block.shape == (400, 3, 3, 5)  # 18,000 draws: more than one block of the array form
    assert np.array_equal(block, np.array(expected))


def test_an_empty_array_of_subjects_has_no_draws() -> None:
    assert Draws(1).block(name_hashes([]), name_hash("open")).shape == (0,)


def test_names_are_hashed_in_their_composed_form() -> None:
    composed = "Universitätsklinik Zürich"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert name_hash(composed) == name_hash(decomposed)
    assert name_hash("") == 0
    assert name_hash("\ud800") != name_hash("?")  # a lone surrogate from an escape is a name like others
    # BLAKE2b with 8 bytes of digest, little endian, computed with `b2sum --length=64`.
    assert name_hash("abc").to_bytes(8, "little").hex() == "d8bb14d833d59559"


def test_every_part_of_an_address_matters() -> None:
    base = Draws(1, 0).bits("a", "b", place="c", occurrence=0)
    others = (
        Draws(2, 0).bits("a", "b", place="c"),
        Draws(1, 1).bits("a", "b", place="c"),
        Draws(1).bits("a", "b", place="c"),
        Draws(1, 0).bits("x", "b", place="c"),
        Draws(1, 0).bits("a", "x", place="c"),
        Draws(1, 0).bits("a", "b", place="x"),
        Draws(1, 0).bits("a", "b"),
        Draws(1, 0).bits("a", "b", place="c", occurrence=1),
        Draws(1, 0).bits("b", "a", place="c"),
        Draws(1, 0).bits("a", "c", place="b"),
    )
    assert len({base, *others}) == 11


def test_stable_draws_are_the_same_in_every_replication() -> None:
    values = {Draws(5, replication).stable().bits("c1", "split", place="j/s") for replication in range(20)}
    assert values == {Draws(5).bits("c1", "split", place="j/s")}


def test_draws_travel_to_another_process() -> None:
    draws = Draws(5, 2)
    copy = pickle.loads(pickle.dumps(draws))  # noqa: S301 - made in the line itself
    assert copy == draws
    assert copy.bits("c1", "open") == draws.bits("c1", "open")


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**64, 0), (1, -1), (1, 2**64 - 1)])
def test_a_seed_or_replication_out_of_range_is_refused(seed: int, replication: int) -> None:
    with pytest.raises(ValueError, match="is outside 0 to 2"):
        Draws(seed, replication)


def test_scalar_draws_do_not_load_numpy() -> None:
    program = (
        "import sys; from journeyctl.draws import Draws; Draws(1, 2).bits('a', 'b'); print('numpy' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


# --- what the numbers look like ------------------------------------------------------------------
# Seeds are fixed, so these cannot fail by chance; each bound is the 0.1 % point of the theory.

AXES = {
    "subjects": lambda k: {"subjects": k, "purposes": 3},
    "purposes": lambda k: {"subjects": 3, "purposes": k},
    "places": lambda k: {"subjects": 3, "purposes": 4, "places": k},
    "occurrences": lambda k: {"subjects": 3, "purposes": 4, "occurrences": k},
}
"""Neighbouring counters, without the protection of a hash, along each part of the address."""


def along(axis: str, draws: Draws) -> NDArray[np.int64]:
    return draws.block(**AXES[axis](np.arange(65_536, dtype=np.uint64)))


@pytest.mark.parametrize("axis", AXES)
def test_draws_are_uniform_along_every_part_of_the_address(axis: str) -> None:
    counts = np.bincount(along(axis, Draws(11, 0)) >> 45, minlength=256)
    assert counts.sum() == 65_536
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("axis", AXES)
def test_neighbouring_addresses_are_independent(axis: str) -> None:
    coarse = along(axis, Draws(12, 0)) >> 49
    pairs = np.bincount(coarse[:-1:2] * 16 + coarse[1::2], minlength=256)
    assert stats.chisquare(pairs).pvalue > 0.001


@pytest.mark.parametrize(
    ("one", "other"),
    [(Draws(1, 0), Draws(1, 1)), (Draws(1, 0), Draws(2, 0)), (Draws(1), Draws(1, 0))],
    ids=["replications", "seeds", "stable and not"],
)
def test_the_same_addresses_under_other_keys_are_independent(one: Draws, other: Draws) -> None:
    table = np.bincount((along("subjects", one) >> 49) * 16 + (along("subjects", other) >> 49), minlength=256)
    assert stats.chisquare(table).pvalue > 0.001


def test_every_bit_of_a_draw_is_fair() -> None:
    drawn = along("subjects", Draws(13, 0))
    ones = np.array([int(((drawn >> bit) & 1).sum()) for bit in range(53)])
    assert drawn.min() >= 0
    assert drawn.max() < 2**53
    # 53 bits at once: the bound on the largest of them, not on each.
    assert np.abs(ones - 32_768).max() < stats.norm.isf(0.0005 / 53) * 128
