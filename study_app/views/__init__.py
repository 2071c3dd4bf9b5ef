"""Thin views: find, guard, call one service, answer."""
