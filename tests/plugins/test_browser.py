from __future__ import annotations

import pytest


def test_the_browser_shows_what_the_server_serves(live_server, page):
    response = page.goto(live_server.url)
    assert response.status == 200
    assert page.title()


def test_the_browser_reaches_nothing_but_loopback(page):
    from playwright.sync_api import Error

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://registry.example/")
