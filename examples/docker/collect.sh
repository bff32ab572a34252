#!/bin/sh
# collect.sh BUILD IMAGE: puts the programs into the folder IMAGE, with the libraries that they need.
set -eu
build=$1
image=$2

mkdir -p "$image/data"
chown 65532:65532 "$image/data"
cp "$build/examples/server/vitals-example-server" "$build/src/probe/vitals-probe" "$image/"
# Lines of ldd are "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)" or "/lib64/ld-linux-x86-64.so.2 (0x...)".
ldd "$image/vitals-example-server" | sed -n 's|^[^/]*\(/[^ ]*\) (.*|\1|p' | while read -r library; do
  mkdir -p "$image${library%/*}"
  cp -L "$library" "$image$library"
done
