"""How contacts respond: opens, clicks, requests, opt-outs, fatigue, and the machines in between.

Read `purposes` and `coefficients`, then `activity`, `logits`, `traits`, `planned`, `response` and `check`.
"""

from journeyctl.behaviour.coefficients import Coefficients
from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.purposes import PURPOSES, Address
from journeyctl.behaviour.response import ResponseModel
from journeyctl.behaviour.traits import Traits

__all__ = ["PURPOSES", "Address", "Coefficients", "Planned", "ResponseModel", "Traits", "What"]
