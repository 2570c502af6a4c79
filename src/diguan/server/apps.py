from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "diguan.server"
    label = "server"

    def ready(self) -> None:
        from diguan.access import demand
        from diguan.exports import households, lists, missing
        from diguan.linkage import stakes
        from diguan.screening import queries as screening
        from diguan.server import menu, reactions, second_factor, shelf

        menu.fill()
        reactions.fill()
        lists.fill([households.HOUSEHOLDS, missing.MISSING])
        stakes.fill(screening.in_cohorts)
        demand.fill(second_factor.is_optional)
        shelf.fill()
