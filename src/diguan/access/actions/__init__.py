"""The only writers of users, their grants, their second factors and their sessions."""

from diguan.access.actions.factors import (
    enrol_factor,
    remove_factor,
    renew_recovery_codes,
    reseal_factors,
    reset_factor,
)
from diguan.access.actions.grants import PlaceRange, end_grant, grant_role
from diguan.access.actions.signing_in import (
    CodeRefused,
    pass_factor,
    refuse_proof,
    refuse_sign_in,
    sign_in,
    sign_out,
    sign_out_everywhere,
    unlock,
)
from diguan.access.actions.users import (
    UsernameTaken,
    create_user,
    deactivate,
    reactivate,
    set_language,
    set_password,
)
from diguan.access.decision import NotAllowed

__all__ = [
    "CodeRefused",
    "NotAllowed",
    "PlaceRange",
    "UsernameTaken",
    "create_user",
    "deactivate",
    "end_grant",
    "enrol_factor",
    "grant_role",
    "pass_factor",
    "reactivate",
    "refuse_proof",
    "refuse_sign_in",
    "remove_factor",
    "renew_recovery_codes",
    "reseal_factors",
    "reset_factor",
    "set_language",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "unlock",
]
