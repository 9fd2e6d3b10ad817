"""Attribution: to which touches conversions are credited, by rules of the trade.

Read `touches` (who was touched by what, and when), `paths` (which touches lead to which conversion), then the
rules: `shares` (by position and time), `removal` (Markov chain), `coalitions` (Shapley value); `credits` joins them.
A credit is an association, not a cause; what really causes is shown by running the same world without it.
"""
