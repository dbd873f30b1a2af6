"""Until when a consent counts, where nobody said. Pure; a product policy, for no official period was found."""

from datetime import date, timedelta

__all__ = ["latest_end", "usual_end"]


def usual_end(first_day: date, at_least_days: int = 60) -> date:
    """The coming 31 July, or the one after if that is less than `at_least_days` away."""
    this_year = date(first_day.year, 7, 31)
    if this_year - first_day >= timedelta(days=at_least_days):
        return this_year
    return min(date(first_day.year + 1, 7, 31), latest_end(first_day))


def latest_end(first_day: date) -> date:
    """The last day that a consent beginning on `first_day` may count: twelve months, less a day."""
    try:
        return first_day.replace(year=first_day.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(first_day.year + 1, 2, 28)
