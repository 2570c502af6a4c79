from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "diguan.server"
    label = "server"

    def ready(self) -> None:
        from diguan.server import menu, shelf

        menu.fill()
        shelf.fill()
