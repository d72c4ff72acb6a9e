#!/bin/sh
# What the tests need besides Python: PostgreSQL's binaries, Chromium, a Chinese font.
# Installs it where this is root on Debian; elsewhere says what is missing, and so do the tests.
set -eu
export DEBIAN_FRONTEND=noninteractive
clusters=/etc/postgresql-common/createcluster.conf

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 ||
    [ -n "${MARKET_TEST_DATABASE_URL:-}" ] || missing="postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
[ -z "$(find /usr/share/fonts -iname '*wqy*' -o -iname '*cjk*' 2>/dev/null | head -n 1)" ] &&
    missing="$missing fonts-wqy-microhei"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing for the tests: $missing. What needs it is named at the end." >&2
    exit 0
fi

install() {
    apt-get -o DPkg::Lock::Timeout=400 install -y -qq --no-install-recommends "$@" >/dev/null
}

echo "Installing for the tests:$missing"
apt-get update -qq || echo "apt-get update failed; trying with the lists that are there." >&2
case "$missing" in
*postgresql*)
    # The tests start clusters of their own: keep Debian from making and starting its default one.
    if install postgresql-common && [ -f "$clusters" ]; then
        cp "$clusters" "$clusters.before-tests"
        echo "create_main_cluster = false" >>"$clusters"
    fi
    install postgresql || echo "PostgreSQL could not be installed." >&2
    [ ! -f "$clusters.before-tests" ] || mv "$clusters.before-tests" "$clusters"
    missing=$(echo "$missing" | sed 's/postgresql//')
    ;;
esac
for package in $missing; do
    install "$package" || echo "$package could not be installed." >&2
done
