"""A survey: what it asks, how often, and what it makes of servers that fail half-way."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.shore import TWO_SESSIONS, USERS, Shore, shore
from xnat_ferry.checks import run_checks
from xnat_ferry.model import Endpoint, Verdict
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import Depth, Headers, Survey
from xnat_ferry.survey.take import take_survey
from xnat_ferry.xnat.pair import open_pair
