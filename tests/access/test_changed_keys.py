"""A second factor outlives the key it was sealed with."""

import pytest
from tests.cast import NOW, Cast

from diguan import vault
from diguan.access import actions, second_factor
from diguan.access.models import Factor


@pytest.mark.usefixtures("db")
def test_after_the_key_is_changed_and_the_old_one_gone_the_factor_still_opens(cast: Cast) -> None:
    wang = cast.people["wang"]
    secret = second_factor.fresh_secret()
    actions.enrol_factor(secret=secret, step=1, by=wang, at=NOW)
    vault.rotate("sealing")
    assert actions.reseal_factors(by=None, at=NOW) == 1
    vault.rotate("sealing", drop=True)
    assert second_factor.unsealed(Factor.objects.get(user=wang).secret, wang.pk) == secret
