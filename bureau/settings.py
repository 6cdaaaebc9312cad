"""Django settings for both faces; with flows.settings the only reader of the environment.

GONGKAI_HOME            the data folder (default ./var)
GONGKAI_DATABASE_URL    default: gongkai.sqlite3 in the data folder
GONGKAI_FACE            workbench (default) or portal
GONGKAI_ALLOWED_HOSTS   more names under which the office reaches the server, comma-separated
GONGKAI_TRUSTED_ORIGINS origins of a reverse proxy, comma-separated
GONGKAI_HTTPS           1 where a proxy in front speaks https: cookies become secure
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url

from bureau.secret_key import read_secret_key

_FACES = ("workbench", "portal")


def point_django_here() -> None:
    """Makes these the settings of this process unless others are named already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bureau.settings")


def _listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


GONGKAI_HOME = Path(os.environ.get("GONGKAI_HOME") or "var").absolute()
GONGKAI_FACE = os.environ.get("GONGKAI_FACE") or "workbench"
if GONGKAI_FACE not in _FACES:
    raise ValueError("GONGKAI_FACE is workbench or portal")
_WORKBENCH = GONGKAI_FACE == "workbench"
_HTTPS = os.environ.get("GONGKAI_HTTPS") == "1"

DEBUG = False
# before bootstrap has made the key, one that lives and dies with this process
SECRET_KEY = read_secret_key(GONGKAI_HOME) or secrets.token_urlsafe(48)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_listed("GONGKAI_ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = _listed("GONGKAI_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "bureau.accounts",
    "bureau.register",
    "bureau.review" if _WORKBENCH else "bureau.portal",
]

_COMMON_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bureau.security_headers.SecurityHeadersMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_WORKBENCH_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
MIDDLEWARE = _COMMON_MIDDLEWARE + (_WORKBENCH_MIDDLEWARE if _WORKBENCH else [])
ROOT_URLCONF = "bureau.urls" if _WORKBENCH else "bureau.portal_urls"
WSGI_APPLICATION = "bureau.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                *(
                    [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                    if _WORKBENCH
                    else []
                ),
            ]
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        os.environ.get("GONGKAI_DATABASE_URL") or f"sqlite:///{GONGKAI_HOME / 'gongkai.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"]["OPTIONS"] = {
        # writers queue instead of failing half-way; FULL: a file leaves the inbox only after its
        # row would survive a power cut; secure_delete: withdrawn text does not linger in free pages
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=30000;"
            "PRAGMA foreign_keys=ON;PRAGMA secure_delete=ON;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

AXES_ENABLED = _WORKBENCH
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
# account and address together: nobody can lock a colleague out from another desk
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_NAME = "gongkai_session"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_NAME = "gongkai_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = _HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300

# a large upload waits inside the data folder, never in the system's temp folder
FILE_UPLOAD_TEMP_DIR = str(GONGKAI_HOME / "uploads")
# bootstrap makes that folder; without it an upload fails, which is what we want
SILENCED_SYSTEM_CHECKS = ["files.E001"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# ids, codes and counts only: request lines hold no query string, errors no message
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "bureau.log_lines.CodesOnlyFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "gongkai": {"level": "INFO"},
        # the SQL of a statement would carry its values
        "django.db.backends": {"level": "WARNING", "propagate": True},
        "axes": {"level": "ERROR"},
    },
}
