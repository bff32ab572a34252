#!/bin/sh
# A systemd of the test's own: process 1 of namespaces, with units of the test's and nothing else. Needs root.
#
# Usage: systemd.sh run FOLDER        Runs it until it is killed. It has the units in FOLDER/units.
#        systemd.sh call FOLDER COMMAND [ARGUMENT ...]   Runs a command in its namespaces.
#        systemd.sh clean FOLDER      Removes its control groups.
#        systemd.sh check FOLDER      Fails if it can't run here.
set -e
what=$1 folder=$2
group=vitals-$(basename "$folder")

case $what in
  run)
    # All mounts of cgroup2 show the same tree, wherever the machine has its own.
    # shellcheck disable=SC2016  # the inner shell expands them
    exec unshare --mount sh -ec '
      mount --make-rprivate /
      mount -t cgroup2 none /mnt
      mkdir "/mnt/$2"
      echo $$ >"/mnt/$2/cgroup.procs"
      umount /mnt
      echo $$ >"$1/pid"
      exec unshare --pid --mount --ipc --uts --net --cgroup --fork --kill-child --mount-proc sh -ec "
        mount -t cgroup2 none /sys/fs/cgroup
        mount -t tmpfs none /run
        mount -t tmpfs none /lib/systemd/system-generators
        export container=vitals SYSTEMD_UNIT_PATH=\"\$1/units\"
        exec /lib/systemd/systemd --system --unit=test.target --log-target=console --show-status=0
      " sh "$1"' sh "$folder" "$group"
    ;;
  call)
    shift 2
    process=$(cat "$folder/pid")
    exec nsenter --target "$(tr -d ' ' <"/proc/$process/task/$process/children")" --mount --pid --cgroup "$@"
    ;;
  check)
    # shellcheck disable=SC2016
    exec unshare --mount sh -ec '
      mount --make-rprivate /
      mount -t cgroup2 none /mnt
      mkdir "/mnt/$1"
      rmdir "/mnt/$1"
      umount /mnt
      exec unshare --pid --mount --ipc --uts --net --cgroup --fork --kill-child --mount-proc sh -ec "
        mount -t cgroup2 none /sys/fs/cgroup
        mount -t tmpfs none /run
        mount -t tmpfs none /lib/systemd/system-generators
      "' sh "$group-check"
    ;;
  clean)
    # shellcheck disable=SC2016
    exec unshare --mount sh -c '
      mount --make-rprivate /
      mount -t cgroup2 none /mnt
      find "/mnt/$1" -depth -type d -exec rmdir {} +' sh "$group"
    ;;
esac
