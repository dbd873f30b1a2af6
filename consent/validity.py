"""Until when a consent counts, where nobody said. Pure; a product policy, for no official period was found."""

from datetime import date, timedelta

from confidentiality.policy import Policy

__all__ = ["latest_end", "usual_end"]


def usual_end(first_day: date, policy: Policy) -> date:
    """The coming 31 July, or the one after if that is too near; never later than the policy lets a consent count."""
    latest = latest_end(first_day, policy.consent_at_most_months)
    this_year = date(first_day.year, 7, 31)
    if this_year - first_day >= timedelta(days=policy.consent_ends_at_least_days):
        return min(this_year, latest)
    return min(date(first_day.year + 1, 7, 31), latest)


def latest_end(first_day: date, at_most_months: int) -> date:
    """The last day that a consent beginning on `first_day` may count: so many months, less a day."""
    years, month = divmod(first_day.month - 1 + at_most_months, 12)
    following = date(first_day.year + years, month + 1, 1)
    days_in_month = (following.replace(day=28) + timedelta(days=4)).replace(day=1) - following
    if first_day.day > days_in_month.days:  # 29 February, or the 31st where the month is shorter
        return following + days_in_month - timedelta(days=1)
    return following.replace(day=first_day.day) - timedelta(days=1)
