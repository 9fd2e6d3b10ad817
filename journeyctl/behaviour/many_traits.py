"""Traits of many contacts in one go: the same numbers as `ResponseModel.traits`, drawn as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.behaviour.logits import relative_interest_array, scaled
from journeyctl.behaviour.traits import Traits
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import dirichlet_array, normal_array

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from journeyctl.behaviour.response import ResponseModel


def many_traits(
    model: ResponseModel,
    draws: Draws,
    *,
    contacts: Sequence[str],
    clinics: Sequence[str],
    hospitals: Sequence[str],
    personas: Sequence[tuple[float, ...]],
    placements: Sequence[int],
    at: Sequence[int],
    invalid_addresses: Sequence[bool],
) -> list[Traits]:
    """One `Traits` per contact; all sequences have one entry for each.

    `personas` holds what `model.personas.shapes` answers, `placements` what `model.inbox` does: neither
    varies over replications, so callers ask once.
    """
    c = model.coefficients
    people, accounts = name_hashes(contacts), name_hashes(clinics)
    own = normal_array(draws.block(people, name_hash(purposes.RESPONSIVENESS)))
    shared = normal_array(draws.block(accounts, name_hash(purposes.CLINIC_RESPONSIVENESS)))
    responsiveness = scaled(c.responsiveness_spread, own) + scaled(c.clinic_responsiveness_spread, shared)
    stages = np.searchsorted(np.array(model.stages), draws.block(people, name_hash(purposes.STAGE)), side="right")
    prefetching = draws.block(people, name_hash(purposes.PREFETCHING)) < c.prefetching
    scanned = draws.block(name_hashes(hospitals), name_hash(purposes.SCANNER)) < c.scanning
    interests = _interests(model, draws, people, personas)
    return [
        Traits(
            responsiveness=one[0],
            interests=dict(zip(model.topics, one[1], strict=True)),
            stage=one[2],
            placement=one[3],
            prefetching=one[4],
            scanned=one[5],
            invalid_address=one[6],
            idle_since=one[7],
        )
        for one in zip(
            responsiveness.tolist(),
            interests.tolist(),
            stages.tolist(),
            placements,
            prefetching.tolist(),
            scanned.tolist(),
            invalid_addresses,
            at,
            strict=True,
        )
    ]


def _interests(
    model: ResponseModel, draws: Draws, people: NDArray[np.uint64], personas: Sequence[tuple[float, ...]]
) -> NDArray[int64]:
    """Relative interests, shape `(contacts, topics)`."""
    topics = len(model.topics)
    found = np.zeros((people.size, topics), dtype=np.int64)
    if topics:
        us = draws.block(people[:, None], name_hash(purposes.INTEREST), places=name_hashes(model.topics)[None, :])
        for shapes in sorted(set(personas)):
            here = np.array([persona == shapes for persona in personas], dtype=np.bool_)
            shares = dirichlet_array(us[here], shapes)
            found[here] = relative_interest_array(shares, topics=topics, limit=model.coefficients.interest_limit)
    return found
