import os

# The browser's driver runs an event loop in the test's own thread; the database is still used by that thread alone.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
