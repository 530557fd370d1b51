"""Databases on both engines, and the residents and cards that the tests of storage share."""

from tests.databases import *  # noqa: F403 - fixtures
