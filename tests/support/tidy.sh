#!/usr/bin/env bash
# Runs clang-tidy on the sources of the preset "tidy", several compiled as one, so that their headers are read once. A
# result is cached until something changes that it depends on: a source, a header, the rules, or the compiler's options.
#
# Usage: tests/support/tidy.sh JOBS
set -euo pipefail

folder=$PWD/build/tidy
database=$folder/compile_commands.json
export stamps=$folder/clean
mkdir -p "$stamps"
# How many states the static analyzer follows in one function, a third of its default: it takes half the time.
export analyzer_options="-Xclang -analyzer-config -Xclang max-nodes=75000"

# Checks one entry of the database: the command up to the output, and the file.
check() {
  local compile=$1 source=$2 key
  # The static analyzer checks the code in included files only if they have such a name.
  if [[ $source == */Unity/* ]]; then
    cp "$source" "${source%/*}/UnifiedSource_$(basename "$source" .cxx).cpp"
    source=${source%/*}/UnifiedSource_$(basename "$source" .cxx).cpp
  fi
  key=$({
    echo "$compile $analyzer_options"
    eval "$compile -E -C '$source'"
    clang-tidy-14 --version
    cat .clang-tidy
  } | sha256sum | cut -d ' ' -f 1)
  [[ ! -e $stamps/$key ]] || return 0

  echo "${source#"$PWD/"}"
  eval "clang-tidy-14 --quiet --checks=-bugprone-suspicious-include '$source' -- ${compile#* } $analyzer_options" \
    2> >(grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header' >&2) || return 1
  touch "$stamps/$key"
}
export -f check

# "command": "clang++ -I... -o x.o -c x.cpp", "file": "x.cpp" (the closing quote and a comma end each line).
entries() {
  sed -n -e 's/^ *"command": "\(.*\) -o .*/\1/p' -e 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$database" | sed 's/\\"/"/g'
}

# Every source must belong to one of the files.
known=$(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$database")
known+=$'\n'$(sed -n 's/^#include "\(.*\)"$/\1/p' $(grep '/Unity/' <<<"$known"))
missing=$(find "$PWD/src" -name '*.cpp' | grep -vxF "$known" || true)
[[ -z $missing ]] || {
  echo "These belong to no target: $missing" >&2
  exit 1
}

entries | tr '\n' '\0' | xargs -0 -n 2 -P "$1" bash -c 'set -euo pipefail; check "$@"' check
