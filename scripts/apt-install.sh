#!/bin/sh
# Install Debian or Ubuntu packages where that is allowed (root, or sudo that asks for no password); else fail.
set -eu
command -v apt-get >/dev/null 2>&1 || exit 1
if [ "$(id -u)" -eq 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else exit 1; fi
export DEBIAN_FRONTEND=noninteractive
# Package lists may be absent on a fresh machine, so a first failure means: fetch them and try once more.
$as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
    { $as_root apt-get update -qq >/dev/null 2>&1 && $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
