"""Referrals from one service to another: sent, opened, accepted, declined, recalled, stopped."""
