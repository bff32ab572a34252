#!/usr/bin/env bash
# Runs clang-tidy on one source file. A file that was clean isn't looked at again until something that it is made of
# changes: itself, a header, the rules, or how it is compiled.
set -euo pipefail

source=$PWD/$1
database=build/clang/compile_commands.json
stamps=build/clang/tidy
mkdir -p "$stamps"

# How the file is compiled, up to the output: "command": "clang++ -I... -o x.o -c x.cpp", and then "file": "x.cpp".
compile=$(grep -F -B 1 "\"file\": \"$source\"" "$database" | sed -n 's/.*"command": "\(.*\) -o .*/\1/p' | sed 's/\\"/"/g')
[[ $compile ]] || {
  echo "$1 belongs to no target" >&2
  exit 1
}
key=$({
  echo "$compile"
  eval "$compile -E -C '$source'"
  clang-tidy-14 --version
  cat .clang-tidy
} | sha256sum | cut -d ' ' -f 1)
[[ ! -e $stamps/$key ]] || exit 0

echo "$1"
clang-tidy-14 --quiet -p build/clang "$source" 2> >(grep -vE '^[0-9]+ warnings? generated|^Suppressed|^Use -header' >&2)
touch "$stamps/$key"
