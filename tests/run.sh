#!/usr/bin/env bash
# Builds and tests vitals in every supported configuration. Installs what it needs on Debian 12.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage() {
  cat <<'TEXT'
Usage: tests/run.sh [--unit | --quick | --only STEP]

  (nothing)     every step
  --unit        the unit tests under one configuration: less than a minute after a small change
  --quick       the inner loop: the tests under one configuration, without the slow kinds
  --only STEP   one step:
                  format      clang-format
                  dev         g++, Boost 1.81, with the packaging and compile-fail tests, and the rolling restart
                  shared      g++, shared libraries on Boost 1.74: the tests of what sees Boost, and hosts on Boost 1.81
                  attack      Release: the attack programs, one at a time
                  gate        Release: what vitals may cost, where it can be counted (tests/benchmarks/gate.sh)
                  asan        clang++-14, AddressSanitizer and UndefinedBehaviorSanitizer, with the examples and the
                              attack programs
                  tsan        g++, ThreadSanitizer, with the attack programs
                  tidy        clang-tidy
                  example     examples/run.sh --check

The last line is "N passed, N failed"; the exit status tells whether all passed.
TEXT
}

steps=(format dev shared attack gate asan tsan tidy example)
passed=0
failed=0
jobs=$(nproc)
build_tool=(--)
build_targets=() # the targets of the presets
# Scripts with builds of their own share the compiler cache of the presets.
shared_cache=(env CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1)
[[ -t 1 ]] || build_tool+=(--quiet) # no progress output in a log

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

# Adds up ctest's results and those of test programs that ran as a whole, which ctest counts as one test each. A run
# without results, or one that failed without a failed test, counts as one failure.
count_tests() {
  local folder=$1 status=$2 total=0 bad=0 skipped=0 program failures
  if [[ -f $folder/junit.xml ]]; then
    total=$(number_in "$folder/junit.xml" tests)
    bad=$(number_in "$folder/junit.xml" failures)
    skipped=$(($(number_in "$folder/junit.xml" skipped) + $(number_in "$folder/junit.xml" disabled)))
  fi
  for program in "$folder"/test_programs/*.xml; do
    [[ -f $program ]] || continue
    failures=$(number_in "$program" failures)
    total=$((total + $(number_in "$program" tests) - 1))
    skipped=$((skipped + $(grep -c 'result="\(skipped\|suppressed\)"' "$program")))
    ((failures == 0)) || bad=$((bad + failures - 1))
  done
  ((status == 0 || bad > 0)) || bad=1 total=$((total + 1))
  ((skipped == 0)) || echo "$skipped tests were skipped."
  passed=$((passed + total - bad - skipped))
  failed=$((failed + bad))
}

# Runs a script that counts its own tests: its last line is "N passed, N failed".
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

# Configures and builds a preset, and runs its tests; further arguments are passed to ctest to select them.
test_preset() {
  local preset=$1 folder status without_aslr=()
  shift
  headline "$preset"
  if ! { cmake --preset "$preset" >/dev/null &&
    cmake --build --preset "$preset" --parallel "$jobs" ${build_targets[@]+"${build_targets[@]}"} \
      "${build_tool[@]}"; }; then
    failed=$((failed + 1))
    echo "FAILED: the build of $preset"
    return
  fi

  # The sanitizers of g++ 12 and clang 14 can't handle the address randomization of newer kernels.
  [[ $preset == *san ]] && setarch -R true 2>/dev/null && without_aslr=(setarch -R)
  folder=$PWD/build/$preset
  rm -rf "$folder/junit.xml" "$folder/test_programs"
  # Most tests wait more than they compute.
  ${without_aslr[@]+"${without_aslr[@]}"} ctest --preset "$preset" --parallel $((4 * jobs)) \
    --output-junit "$folder/junit.xml" "$@" |
    grep -vE '^ *Start +[0-9]+:|^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed '
  status=${PIPESTATUS[0]}
  count_tests "$folder" "$status"
}

format_is_clean() {
  find include src tests examples -name '*.[ch]pp' -print0 | xargs -0 clang-format-14 --dry-run -Werror
}

tidy_is_clean() {
  cmake --preset tidy >/dev/null && bash tests/support/tidy.sh "$jobs"
}

run_step() {
  case "$1" in
    format) run_as_test "clang-format" format_is_clean ;;
    dev)
      unpack_axe_core build/axe-core || run_as_test "unpacking axe-core" false
      unpack_kubernetes_schemas build/kubernetes-schemas || run_as_test "unpacking the schemas of Kubernetes" false
      test_preset dev --label-exclude '^attack$'
      ;;
    unit)
      build_targets=(--target vitals_unit_tests)
      test_preset dev --label-regex '^unit$'
      ;;
    quick) test_preset dev --label-exclude '^(attack|browser|compile_fail|consumers|header_sets|rolling_restart)$' ;;
    shared)
      if ! unpack_boost_1_74 build/boost-1.74; then
        run_as_test "unpacking Boost 1.74" false
      else
        test_preset shared --label-regex '^(unit|integration|concurrency|consumers|example)$' --exclude-regex subdirectory
      fi
      ;;
    attack) test_preset attack --label-regex '^attack$' ;;
    gate) run_script tests/benchmarks/gate.sh ;;
    asan) test_preset asan --label-regex '^(unit|integration|concurrency|attack|example)$' ;;
    tsan) test_preset tsan --label-regex '^(unit|integration|concurrency|attack)$' ;;
    tidy) run_as_test "clang-tidy" tidy_is_clean ;;
    example) run_as_test "examples/run.sh --check" bash examples/run.sh --check ;;
  esac
}

case "${1-}" in
  '') ;;
  --unit | --quick)
    (($# == 1)) || {
      usage >&2
      exit 2
    }
    steps=("${1#--}")
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

test_packages=(lld libboost1.81-dev libgtest-dev libgmock-dev postgresql pgbouncer openssl 'pkgconf|pkg-config'
  libcpp-httplib-dev systemd python3-jsonschema python3-yaml prometheus prometheus-cpp-dev redis-server memcached
  librdkafka-dev nats-server opensmtpd dovecot-imapd mariadb-server-core libgrpc++-dev libprotobuf-dev
  protobuf-compiler-grpc)
[[ ${steps[0]} =~ ^(unit|quick)$ ]] || test_packages+=(clang-14 libclang-rt-14-dev clang-tidy-14 clang-format-14
  valgrind strace util-linux haproxy sslscan chromium fonts-liberation)
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
