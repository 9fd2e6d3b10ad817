"""Names and units of the response model's parameters; their values are in the behaviour documents."""

from __future__ import annotations

from collections.abc import Mapping

PARAMETERS: Mapping[str, tuple[str, str]] = {
    # Responsiveness and interest of a contact.
    "responsiveness_spread": ("logit", "standard deviation of a contact's own responsiveness"),
    "clinic_responsiveness_spread": (
        "logit",
        "standard deviation of the responsiveness that a clinic's contacts share",
    ),
    "interest_concentration": ("1", "Dirichlet concentration of a contact's interests; small means few topics matter"),
    "interest_limit": ("1", "bound on the logarithm of relative interest, on both sides"),
    # Delivery.
    "hard_bounce": ("share", "chance that an address is invalid for good"),
    "soft_bounce": ("share", "chance that one delivery fails"),
    # Opening.
    "open_intercept": ("logit", "opening, given the inbox, of an average contact and item"),
    "open_interest_slope": ("logit per unit of interest", "effect of topic interest on opening"),
    "open_misfit_slope": ("logit per level", "effect of the distance between level and stage on opening"),
    "fatigue": ("logit per recent mail", "effect of recent mails of all lines on opening, subtracted"),
    "fatigue_memory": ("days", "time in which the weight of an earlier mail falls to 1/e"),
    "open_item_spread": ("logit", "standard deviation of an item's own effect on opening"),
    # Clicking.
    "click_intercept": ("logit", "clicking, given a human open"),
    "click_responsiveness_slope": ("1", "part of the responsiveness that acts on clicking"),
    "click_interest_slope": ("logit per unit of interest", "effect of topic interest on clicking"),
    "click_misfit_slope": ("logit per level", "effect of the distance between level and stage on clicking"),
    "click_item_spread": ("logit", "standard deviation of an item's own effect on clicking"),
    # Leaving.
    "unsubscribe_intercept": ("logit", "unsubscribing, given a human open"),
    "unsubscribe_interest_slope": ("logit per unit of interest", "effect of topic interest on unsubscribing"),
    "unsubscribe_fatigue": ("logit per recent mail", "effect of recent mails of all lines on unsubscribing"),
    # Asking for sales.
    "request_intercept": ("logit", "asking for sales, given a human click"),
    "request_level_slope": ("logit per level", "effect of the item's level on asking"),
    "request_stage_slope": ("logit per stage", "effect of the contact's stage on asking"),
    "request_unready_slope": ("logit per level", "effect of each level by which the item is ahead of the stage"),
    "request_interest_slope": ("logit per unit of interest", "effect of topic interest on asking"),
    "request_pause": ("days", "least time between two requests of a contact"),
    # Latent need, which qualification finds.
    "need_intercept": ("logit", "need of a contact at stage 0 that did not ask"),
    "need_stage_slope": ("logit per stage", "effect of the stage on need"),
    "need_asked": ("logit", "effect of having asked for sales on need"),
    "need_fit_a": ("log-odds", "need of fit grade A"),
    "need_fit_b": ("log-odds", "need of fit grade B"),
    "need_fit_c": ("log-odds", "need of fit grade C"),
    "need_fit_none": ("log-odds", "need without any fit grade"),
    # Delays.
    "open_delay_median": ("hours", "median time to a human open of a mail sent Tuesday 09:00, wall clock"),
    "open_delay_sigma": ("1", "sigma of the logarithm of that time on the activity clock"),
    "click_delay_median": ("minutes", "median time from open to click"),
    "click_delay_sigma": ("1", "sigma of the logarithm of that time"),
    "request_delay_median": ("minutes", "median time from click to request"),
    "request_delay_sigma": ("1", "sigma of the logarithm of that time"),
    # Pages and forms.
    "further_pages": ("pages", "mean number of further pages after a human click"),
    "further_pages_interested": ("pages", "added to it where interest is above average"),
    "form_base": ("share", "chance of a form per page visit at the top level"),
    "form_per_level": ("share", "added to it per level"),
    "unsolicited_visits_early": ("visits per week", "visits without a mail, at stages 0 and 1"),
    "unsolicited_visits_late": ("visits per week", "visits without a mail, at stages 2 and 3"),
    # Stage.
    "stage_up": ("share", "chance of moving a stage up when a click shows readiness"),
    "stage_decay": ("share", "chance of losing a stage after idle time; 0 switches it off"),
    "stage_idle": ("days", "idle time after which a stage may be lost"),
    # Machines.
    "prefetching": ("share", "share of contacts whose mail program opens mails by itself"),
    "prefetch_open": ("share", "chance that such a program opens a mail"),
    "scanning": ("share", "share of hospitals whose gateway scans mails"),
    "scanner_open": ("share", "chance that a scanner opens a mail"),
    "scanner_click": ("share", "chance that a scanner clicks in a mail"),
    "scanner_delay": ("seconds", "a scanner acts within this time after delivery"),
    # Matched audiences.
    "activated_interest": ("mails", "interest that a matched audience adds, in mails"),
    "activated_form": ("share", "chance per missing role and clinic-week that a new contact fills a form"),
}
"""Unit and meaning by name, in the order of the reference page."""
