"""Settings of the Django project. Only what an installation decides is read from the environment:

DIGUAN_DATA        folder of database, snapshots, keys and logs (default: ./var)
DIGUAN_DATABASE    address of a PostgreSQL database (default: SQLite in the data folder)
DIGUAN_DATABASE_OWNER  the same database for the role that owns its tables, for diguan migrate, backup and restore
DIGUAN_KEYS        file of the keys that seal ID numbers and sign the journal (default: keys.json in the data folder)
DIGUAN_CHECKPOINTS folder for checkpoints of the journal, best on another machine (default: checkpoints in the data folder)
DIGUAN_ORIGIN      name of this installation in its checkpoints (default: diguan)
DIGUAN_SECRET_KEY  signing key (default: made on first use and kept in the data folder)
DIGUAN_HOSTS       host names served, separated by commas (default: this machine only)
DIGUAN_HTTPS       1 when served over TLS: secure cookies, HSTS, redirects
DIGUAN_SECOND_FACTOR        required or optional (default: required, but optional for a synthetic registry)
DIGUAN_SECOND_FACTOR_DEPTH  down to which depth of the tree a role demands it; 0 is the top (default: 2, counties)
DIGUAN_EXPORT_ROWS          rows that one person may export in a day without a second person's approval (default: 500)
DIGUAN_MEMORY      memory that one piece of work over everybody may take, such as 4GB (default: most of the machine's)
DIGUAN_DEBUG       1 for developers only
"""

import datetime as dt
import os
import re
from pathlib import Path

from csp.constants import NONE, SELF

from diguan.server import data_folder, database, environment

# --- Where things are -------------------------------------------------------------------------------------------
PACKAGE = Path(__file__).resolve().parents[1]
PROJECT = PACKAGE.parents[1]
DATA = data_folder.opened(Path(os.environ.get("DIGUAN_DATA") or "var").resolve())

# --- This installation ------------------------------------------------------------------------------------------
DEBUG = os.environ.get("DIGUAN_DEBUG") == "1"
SECRET_KEY = os.environ.get("DIGUAN_SECRET_KEY") or data_folder.secret_key(DATA)
KEYS = os.environ.get("DIGUAN_KEYS", "")
CHECKPOINTS = os.environ.get("DIGUAN_CHECKPOINTS", "")
# A name of one line without spaces or plus signs, as signed notes want it.
ORIGIN = "".join(re.split(r"[\s+]+", os.environ.get("DIGUAN_ORIGIN", ""))) or "diguan"
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("DIGUAN_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host.strip()
]
HTTPS = os.environ.get("DIGUAN_HTTPS") == "1"

# --- Packages ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_vite",
    "diguan.ui",
    "diguan.journal",
    "diguan.access",
    "diguan.places",
    "diguan.registry",
    "diguan.intake",
    "diguan.linkage",
    "diguan.screening",
    "diguan.exports",
    "diguan.command",
    "diguan.planning",
    "diguan.server",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Requests ---------------------------------------------------------------------------------------------------
ROOT_URLCONF = "diguan.server.urls"
WSGI_APPLICATION = "diguan.server.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "diguan.access.sessions.Middleware",
    "diguan.access.language.Middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "diguan.ui.reader.Middleware",
    # Last, so that every view passes it whatever stands before.
    "diguan.access.gate.Middleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "diguan.ui.context.shell",
                "diguan.server.context.registry",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------
# One process on SQLite needs nothing installed; a PostgreSQL server carries several, and holds the second wall of scope.
DATABASES = {"default": database.settings(os.environ.get("DIGUAN_DATABASE", ""), DATA)}
# Whose the tables are there, if not the same user's who serves; and who must be given rights on them.
DATABASE_OWNER = database.settings(
    os.environ.get("DIGUAN_DATABASE_OWNER") or os.environ.get("DIGUAN_DATABASE", ""), DATA, name="DIGUAN_DATABASE_OWNER"
)
DATABASE_ROLE = DATABASES["default"].get("USER", "")

# --- People and sessions ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SECOND_FACTOR = environment.choice("DIGUAN_SECOND_FACTOR", ("required", "optional"))
SECOND_FACTOR_DEPTH = environment.whole_number("DIGUAN_SECOND_FACTOR_DEPTH", 2)
# After so many wrong tries signing in pauses: for one user name, and from one address after so many times more, since
# a whole office may sit behind it.
AXES_FAILURE_LIMIT = 5
SIGN_IN_ADDRESS_PATIENCE = 10
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_HANDLER = "diguan.access.attempts.Attempts"
AXES_USERNAME_CALLABLE = "diguan.access.attempts.name_key"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# The journal says who signed in; what was typed is kept nowhere.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next", "account", "code"]
AXES_SENSITIVE_PARAMETERS += ["password-present", "password-password", "password-again", "proof-proof", "new-code"]
# Our own view tells of a pause, so the middleware that would replace its answer is not used.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
# Without a request for SESSION_COOKIE_AGE seconds a session ends; after SESSION_LONGEST it ends in any case.
SESSION_COOKIE_AGE = 60 * 60
SESSION_LONGEST = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Work over everybody ----------------------------------------------------------------------------------------
MEMORY = environment.amount_of_memory("DIGUAN_MEMORY")

# --- Exports ----------------------------------------------------------------------------------------------------
EXPORT_ROWS = environment.whole_number("DIGUAN_EXPORT_ROWS", 500)
EXPORT_REQUEST_LASTS = dt.timedelta(days=7)
EXPORT_FILE_LASTS = dt.timedelta(days=3)

# --- Headers ----------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The style sheet draws its small icons from data: addresses; nothing else may.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS

# --- Languages and time -----------------------------------------------------------------------------------------
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------------------------
# Vite's build is served as it lies, without a copying step; its file names carry their content's hash.
ASSETS = PROJECT / "assets" / "dist"
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ASSETS] if ASSETS.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Za-z_-]{8,12}\..+$"
DJANGO_VITE = {
    "default": {
        "manifest_path": ASSETS / ".vite" / "manifest.json",
        "app_client_class": "diguan.server.assets.AppClient",
    },
}

# --- Logging ----------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "diguan.server.logs.WithoutValues",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "short": {"()": "diguan.server.logs.OneLine", "format": "{levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "file": {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": DATA / "log" / "diguan.log",
            "maxBytes": 10_000_000,
            "backupCount": 9,
            "delay": True,
            "encoding": "utf-8",
            "formatter": "plain",
        },
        "terminal": {"class": "logging.StreamHandler", "formatter": "short", "level": "ERROR"},
    },
    "root": {"handlers": ["file", "terminal"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would mail and print tracebacks with values.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
