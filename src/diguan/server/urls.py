"""Every address of the server. A view without a decorator of the gate opens to nobody."""

from __future__ import annotations

from django.urls import path

from diguan.access import gate, permissions
from diguan.access import urls as access_urls
from diguan.command import flow_views
from diguan.command import views as command_views
from diguan.exports import urls as export_urls
from diguan.intake import urls as intake_urls
from diguan.journal import views as journal_views
from diguan.linkage import urls as linkage_urls
from diguan.places import queries as places
from diguan.planning import urls as planning_urls
from diguan.screening import (
    check_views,
    conflict_views,
    difference_views,
    distribution_views,
    fact_views,
    life_views,
    past_views,
    run_views,
)
from diguan.screening import views as screening_views
from diguan.server import acts, demo_accounts, home, subjects
from diguan.ui import reader

urlpatterns = [
    path("", home.home, name="home"),
    *access_urls.patterns(places=places, demo_accounts=demo_accounts.accounts),
    path("money-unit/", gate.public(reader.choose_money_unit), name="money_unit"),
    path("board/", command_views.top, name="board_top"),
    path("board/<str:code>/", command_views.board, name="board"),
    path("comparisons/", flow_views.comparisons, name="comparisons"),
    path("comparisons/<int:number>/", flow_views.comparison, name="comparison"),
    path("comparisons/<int:number>/households/", flow_views.households, name="comparison-households"),
    path("households/", screening_views.households, name="households"),
    path("households/<uuid:key>/", screening_views.household, name="household"),
    path("households/<uuid:key>/facts/<str:name>/", fact_views.fact, name="fact"),
    path("households/<uuid:key>/facts/<str:name>/correction/", fact_views.correct, name="fact-correct"),
    path("households/<uuid:key>/facts/<str:name>/settlement/", fact_views.settle, name="fact-settle"),
    path("households/<uuid:key>/facts/<str:name>/number/", fact_views.reveal, name="fact-reveal"),
    path("households/<uuid:key>/life-event/", life_views.life_event, name="life_event"),
    path("households/<uuid:key>/as-of/", past_views.past, name="past"),
    path("households/<uuid:key>/people/<uuid:person>/", past_views.subject, name="subject"),
    path("households/<uuid:key>/people/<uuid:person>/file/", past_views.subject_file, name="subject-file"),
    path("conflicts/", conflict_views.conflicts, name="conflicts"),
    *export_urls.urlpatterns,
    path("checks/", check_views.checks, name="checks"),
    path("checks/<str:name>/", check_views.check, name="check"),
    path("indices/", distribution_views.indices, name="indices"),
    *intake_urls.PATTERNS,
    *linkage_urls.PATTERNS,
    path("screenings/", run_views.screenings, name="screenings"),
    path("screenings/<int:number>/", run_views.screening, name="screening"),
    path("screenings/<int:number>/cancellation/", run_views.cancellation, name="screening-cancellation"),
    path("screenings/<int:number>/resumption/", run_views.resumption, name="screening-resumption"),
    *planning_urls.PATTERNS,
    path("policy/", screening_views.policies, name="policies"),
    path("policy/<str:pack_id>/", screening_views.policy, name="policy"),
    path("policy/<str:pack_id>/changes/", difference_views.difference, name="policy_changes"),
    path(
        "journal/",
        gate.page(permissions.JOURNAL_READ)(journal_views.entries),
        {"words": journal_views.Words(places.names, places.is_everything, acts.ACTS, subjects.href)},
        name="journal",
    ),
    path(
        "journal/verification/",
        gate.page(permissions.JOURNAL_READ)(journal_views.verify),
        name="journal-verification",
    ),
]

handler500 = "diguan.ui.views.server_error"
