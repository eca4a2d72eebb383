#!/bin/sh
# Set up .venv in the project's root: `scripts/setup.sh run` to use clothier, `dev` to work on it, `docs` to build the site.
# Packages come from pip's configured index and must match the hashes in requirements/.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}

fail() { echo "setup: $1" >&2; exit 1; }

# TensorFlow has wheels for these; newest last, so that it wins.
python=
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
    fi
done
[ -n "$python" ] || fail "no Python 3.11, 3.12 or 3.13 found (python3 is $(python3 --version 2>&1)); install one, then run make again"

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    rm -rf .venv
    echo "setup: making .venv with $($python --version)"
    # On Debian and Ubuntu the venv module is a package of its own.
    if ! "$python" -m ensurepip --version >/dev/null 2>&1; then
        scripts/apt-install.sh python3-venv "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" ||
            fail "$python has no venv module; install python3-venv, then run make again"
    fi
    "$python" -m venv .venv
fi

echo "setup: installing the packages locked in requirements/$kind.lock (a minute or two)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "requirements/$kind.lock"
# The build backend must be in .venv for an editable install without a second download.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
# The tests look at the pages in a browser; without one they skip that.
if [ "$kind" = dev ] && ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
    echo "setup: installing chromium, for the tests of pages"
    scripts/apt-install.sh chromium || echo "setup: no chromium could be installed; the tests of pages will be skipped"
fi
touch ".venv/.$kind-ready"
