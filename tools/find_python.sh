#!/bin/sh
# Prints the path of a Python, 3.11 or newer, that can make virtual environments; else says what to do.
# PYTHON=/path/to/python settles the choice. Candidates are run, since a name on PATH may be an empty shim.
set -eu

say() { echo "find_python: $*" >&2; }

path_of() { "$1" -c 'import sys; print(getattr(sys, "_base_executable", None) or sys.executable)' 2>/dev/null; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
minor_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi

candidates="${PYTHON:-python3.13 python3.12 python3.11 python3}"
bare=""
for candidate in $candidates; do
    new_enough "$candidate" || continue
    if makes_venvs "$candidate"; then
        path_of "$candidate"
        exit 0
    fi
    bare="${bare:-$candidate}"
done

if [ -z "$bare" ]; then
    found=$(python3 --version 2>/dev/null || echo "no python3")
    say "Jifen needs Python 3.11 or newer; of '$candidates' none is (here: $found)."
    say "Install one, for instance 'apt-get install python3 python3-venv' on Debian 12 or newer,"
    say "or name one: make env PYTHON=/path/to/python3.12"
    exit 1
fi

# Debian and Ubuntu keep ensurepip in a package of its own.
if ! command -v apt-get >/dev/null 2>&1; then
    say "$bare has no ensurepip or venv module: install the part of Python that brings it."
    exit 1
fi
package="python3-venv"
if [ ! -x /usr/bin/python3 ] || [ "$(minor_of "$bare")" != "$(minor_of /usr/bin/python3)" ]; then
    package="python$(minor_of "$bare")-venv"
fi
if $as_root true 2>/dev/null; then
    say "$bare cannot make virtual environments: installing $package"
    export DEBIAN_FRONTEND=noninteractive
    install="$as_root apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $package"
    $install >&2 || { $as_root apt-get update -qq >&2 && $install >&2; } || true
    if makes_venvs "$bare"; then
        path_of "$bare"
        exit 0
    fi
fi
say "$bare cannot make virtual environments. Run: sudo apt-get install $package"
exit 1
