"""A page that says what went wrong leads on from there."""

from __future__ import annotations

import pytest

from lms.testing import SignIn

HERE = "http://localhost/o/siena/groups/"


def test_whoever_is_refused_a_form_finds_the_way_back_to_where_they_came_from(sign_in: SignIn) -> None:
    answer = sign_in("trainee").get("/o/siena/admin/brand", headers={"Referer": HERE})
    assert answer.status_code == 403
    assert f'href="{HERE}"' in answer.text


@pytest.mark.parametrize(
    "referrer",
    ["http://evil.example.net/o/siena/", "http://localhost.evil.example.net/", "http://localhost/o/siena/admin/brand?x=1", ""],
)  # fmt: skip
def test_the_way_back_never_leads_to_another_site_nor_to_the_page_itself(
    sign_in: SignIn, referrer: str
) -> None:
    answer = sign_in("trainee").get("/o/siena/admin/brand", headers={"Referer": referrer} if referrer else {})
    assert answer.status_code == 403
    assert referrer not in answer.text or not referrer
    assert answer.text.count('class="btn ') == 1
