#!/usr/bin/env bash
# Builds and tests vitals in every configuration that it promises. Installs what it needs on Debian 12.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage() {
  cat <<'TEXT'
Usage: tests/run.sh [--quick | --only STEP]

  (nothing)     every step
  --quick       the inner loop: the tests under one configuration
  --only STEP   one step:
                  format      clang-format
                  dev         g++, Boost 1.81, with the packaging and compile-fail tests, and the rolling restart
                  clang       clang++-14, Boost 1.81
                  boost-1.74  g++, Boost 1.74
                  shared      shared libraries on Boost 1.74, in a host on Boost 1.81
                  attack      Release: the attack programs, one at a time
                  gate        Release: what vitals may cost, where it can be counted (tests/benchmarks/gate.sh)
                  asan        AddressSanitizer and UndefinedBehaviorSanitizer, with the examples and the attack programs
                  tsan        ThreadSanitizer, with the attack programs
                  tidy        clang-tidy
                  example     examples/run.sh --check

The last line is "N passed, N failed"; the exit status tells whether all passed.
TEXT
}

steps=(format dev clang boost-1.74 shared attack gate asan tsan tidy example)
passed=0
failed=0
jobs=$(nproc)
build_tool=(--)
# What doesn't see Boost is compiled once for all configurations that agree on the rest. Not so in the tests of consumers:
# their private folders have the same names, and links to another Boost in them.
shared_cache=(env CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1)
[[ -t 1 ]] || build_tool+=(--quiet) # a log needs no progress

# shellcheck source=tests/support/packages.sh
source tests/support/packages.sh

headline() { printf '\n== %s\n' "$*"; }

# Runs a command that counts as one test.
run_as_test() {
  local name=$1
  shift
  headline "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

number_in() { sed -n "s/.*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# Adds up what ctest wrote down. A run that wrote nothing, or failed without a failed test, counts as one failure.
count_tests() {
  local report=$1 status=$2 total=0 bad=0 skipped=0
  if [[ -f $report ]]; then
    total=$(number_in "$report" tests)
    bad=$(number_in "$report" failures)
    skipped=$(($(number_in "$report" skipped) + $(number_in "$report" disabled)))
  fi
  ((status == 0 || bad > 0)) || bad=1 total=$((total + 1))
  ((skipped == 0)) || echo "$skipped tests were skipped."
  passed=$((passed + total - bad - skipped))
  failed=$((failed + bad))
}

# Runs a script that counts for itself: its last line is "N passed, N failed".
run_script() {
  local output status good=0 bad=0
  headline "$1"
  output=$(mktemp)
  "${shared_cache[@]}" bash "$@" | tee "$output"
  status=${PIPESTATUS[0]}
  if [[ $(tail -n 1 "$output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
  else
    status=1
  fi
  rm -f "$output"
  ((status == 0 || bad > 0)) || bad=1
  passed=$((passed + good))
  failed=$((failed + bad))
}

# Configures and builds a preset, and runs those of its tests that the further arguments let ctest choose.
test_preset() {
  local preset=$1 report status without_aslr=()
  shift
  headline "$preset"
  if ! { cmake --preset "$preset" >/dev/null &&
    "${shared_cache[@]}" cmake --build --preset "$preset" --parallel "$jobs" "${build_tool[@]}"; }; then
    failed=$((failed + 1))
    echo "FAILED: the build of $preset"
    return
  fi

  # The sanitizers of g++ 12 don't know the address ranges that newer kernels choose at random.
  [[ $preset == *san ]] && setarch -R true 2>/dev/null && without_aslr=(setarch -R)
  report=$PWD/build/$preset/junit.xml
  rm -f "$report"
  ${without_aslr[@]+"${without_aslr[@]}"} ctest --preset "$preset" --parallel "$jobs" --output-junit "$report" "$@" |
    grep -vE '^ *Start +[0-9]+:|^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed '
  status=${PIPESTATUS[0]}
  count_tests "$report" "$status"
}

format_is_clean() {
  find include src tests examples -name '*.[ch]pp' -print0 | xargs -0 clang-format-14 --dry-run -Werror
}

tidy_is_clean() {
  cmake --preset clang >/dev/null && find src -name '*.cpp' -print0 | xargs -0 -n 1 -P "$jobs" bash tests/support/tidy.sh
}

our_tests='^(unit|integration|concurrency)$'

run_step() {
  case "$1" in
    format) run_as_test "clang-format" format_is_clean ;;
    dev) test_preset dev --label-exclude '^attack$' ;;
    quick) test_preset dev --label-exclude '^(attack|compile_fail|consumers|header_sets|rolling_restart)$' ;;
    boost-1.74 | shared)
      if ! unpack_boost_1_74 build/boost-1.74; then
        run_as_test "unpacking Boost 1.74" false
      elif [[ $1 == shared ]]; then
        test_preset shared --label-regex '^(unit|consumers)$' --exclude-regex subdirectory
      else
        test_preset boost-1.74 --label-regex "$our_tests"
      fi
      ;;
    attack) test_preset attack --label-regex '^attack$' ;;
    gate) run_script tests/benchmarks/gate.sh ;;
    asan) test_preset asan --label-regex '^(unit|integration|concurrency|attack|example)$' ;;
    tsan) test_preset tsan --label-regex '^(unit|integration|concurrency|attack)$' ;;
    clang) test_preset clang --label-regex "$our_tests" ;;
    tidy) run_as_test "clang-tidy" tidy_is_clean ;;
    example) run_as_test "examples/run.sh --check" bash examples/run.sh --check ;;
  esac
}

case "${1-}" in
  '') ;;
  --quick)
    (($# == 1)) || {
      usage >&2
      exit 2
    }
    steps=(quick)
    ;;
  --only)
    if (($# != 2)) || [[ " ${steps[*]} " != *" $2 "* ]]; then
      echo "tests/run.sh: --only takes one of: ${steps[*]}" >&2
      exit 2
    fi
    steps=("$2")
    ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    echo "tests/run.sh: unknown argument '$1'" >&2
    usage >&2
    exit 2
    ;;
esac

test_packages=(libboost1.81-dev libgtest-dev libgmock-dev postgresql pgbouncer openssl 'pkgconf|pkg-config'
  libcpp-httplib-dev systemd)
[[ ${steps[0]} == quick ]] || test_packages+=(clang-14 clang-tidy-14 clang-format-14 valgrind strace util-linux haproxy)
if install_packages "${build_packages[@]}" "${test_packages[@]}"; then
  for step in "${steps[@]}"; do
    started=$SECONDS
    run_step "$step"
    echo "($step took $((SECONDS - started)) s; $passed passed and $failed failed so far)"
  done
else
  run_as_test "installing the packages" false
fi

echo
echo "$passed passed, $failed failed"
((failed == 0))
