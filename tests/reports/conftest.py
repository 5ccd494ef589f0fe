from __future__ import annotations

from collections.abc import Callable

import pytest
from report_samples import sample_content

from forensic_app.reports.content import ReportContent


@pytest.fixture(scope="session")
def content() -> ReportContent:
    return sample_content()


@pytest.fixture(scope="session")
def make_content() -> Callable[..., ReportContent]:
    return sample_content
