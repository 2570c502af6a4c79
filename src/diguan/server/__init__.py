"""The Django project: settings, addresses, menu. It wires the packages and decides nothing."""
