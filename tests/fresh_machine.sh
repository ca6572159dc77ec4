#!/bin/sh
# Do the two commands of README.md work on a new Debian 13? `make check-fresh`, as root where mmdebstrap is installed.
#
# A minimal root (git, make, python3, nothing else) is made in a folder that is removed afterwards, with the committed state
# of the project in it. There an ordinary user must be told in one line what is missing, and after `make system` the
# user and root each run `make report` and `make test`. The fresh root has this machine's package index: pip's
# configuration goes in with the folders and files that it names. At most 2 hours and 20 GB in $TMPDIR.
#
# --set-up stops after the installation, which takes some minutes and 8 GB (most of it is PyTorch's CUDA build).
set -eu
PROJECT=$(cd "$(dirname "$0")/.." && pwd)
HOURS=2 GIGABYTES=20
SUITE=trixie

fail() {
    echo "$*" >&2
    exit 1
}

# Everything below this function runs in a mount namespace of its own, so nothing stays mounted whatever happens.
if [ -z "${FRESH_ROOT:-}" ]; then
    [ "$(id -u)" = 0 ] || fail "make check-fresh makes a root of its own: run it as root"
    command -v mmdebstrap > /dev/null || fail "mmdebstrap is not installed: apt-get install -y mmdebstrap"
    folder=$(mktemp -d)
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 130' INT TERM HUP
    free=$(df --output=avail -B1G "$folder" | tail -n 1)
    [ "$free" -ge $GIGABYTES ] || fail "$folder: expected $GIGABYTES GB free, found $free"
    FRESH_ROOT=$folder/root timeout --kill-after=60 ${HOURS}h unshare --mount --pid --fork --kill-child "$0" "$@"
    exit 0
fi

# What leads to packages here, as "NAME=value" for the environment in the new root: pip's settings, proxies and certificates.
# Folders lie there at the same path, since indexes name paths; single files below /host, where nothing is in their way.
variables() {
    {
        python3 -m pip config list 2> /dev/null | tac | sed -nE "s/^[^=]*\.([a-z-]+)='(.*)'$/\1=\2/p" | while IFS='=' read -r name value; do
            echo "PIP_$(echo "$name" | tr a-z- A-Z_)=$value"
        done
        env | grep -iE '^(https?|no)_proxy=|^SSL_CERT_FILE=' || true
    } | sed -E 's#^(PIP_CERT|PIP_CONSTRAINT|SSL_CERT_FILE)=#&/host#'
}

run_as() { # USER COMMAND: in that user's clone, with nothing of this machine's environment
    home=$(chroot "$FRESH_ROOT" getent passwd "$1" | cut -d: -f6)
    variables | (
        set -- "$1" "$2" HOME="$home" LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
        while read -r line; do set -- "$@" "$line"; done
        who=$1 command=$2
        shift 2
        exec chroot --userspec="$who:$who" "$FRESH_ROOT" env -i "$@" nice sh -c "cd ~/project && $command" < /dev/null
    )
}

begin=$(date +%s)
step() {
    echo "== $(($(date +%s) - begin)) s, $(cd "$FRESH_ROOT" && du -cms home root usr var 2> /dev/null | tail -n 1 | cut -f1) MB: $*"
}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 2> /dev/null | head -n 1)
mmdebstrap --quiet --variant=minbase --include=git,make,python3 $SUITE "$FRESH_ROOT" $mirror
cp /etc/resolv.conf /etc/hosts "$FRESH_ROOT/etc/"
mount -t proc proc "$FRESH_ROOT/proc"
mount --rbind /dev "$FRESH_ROOT/dev"
variables | grep -oE '(=|file://| )/[^ ]+' | sed -E 's#^(=|file://| )##' | sort -u | while read -r path; do
    case $path in
        /host/*) install -D -m 644 "${path#/host}" "$FRESH_ROOT$path" ;;
        *)
            [ -e "$FRESH_ROOT${path%/*}" ] || path=${path%/*} # an index has its files beside it
            [ ! -d "$path" ] || { mkdir -p "$FRESH_ROOT$path" && mount --bind -o ro "$path" "$FRESH_ROOT$path"; }
            ;;
    esac
done
chroot "$FRESH_ROOT" useradd --create-home ordinary
for who in ordinary root; do
    home=$(chroot "$FRESH_ROOT" getent passwd $who | cut -d: -f6)
    git clone --quiet --no-hardlinks "$PROJECT" "$FRESH_ROOT$home/project"
    chroot "$FRESH_ROOT" chown -R $who:$who "$home/project"
done

for command in "make report" "make test"; do
    step "an ordinary user, nothing installed: $command"
    said=$(run_as ordinary "$command" 2>&1) && fail "expected a line about what is missing, found success"
    echo "$said"
    [ "$(echo "$said" | grep -vc '^make')" = 1 ] || fail "expected one line about what is missing"
    echo "$said" | grep -q 'sudo apt-get update && sudo apt-get install' || fail "expected the command that installs it"
done
step "root: make system"
run_as root "make system" > "$FRESH_ROOT/system.log" 2>&1 || fail "$(tail "$FRESH_ROOT/system.log")"
for who in ordinary root; do
    step "$who: set-up"
    run_as $who "make install"
    if [ "${1:-}" != --set-up ]; then
        step "$who: make report"
        run_as $who "make report"
        step "$who: make test"
        run_as $who "make test"
    fi
    step "$who: done"
    run_as $who "rm -rf .venv"
done
