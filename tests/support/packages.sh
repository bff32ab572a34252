# shellcheck shell=bash
# The Debian packages that tests/run.sh and examples/run.sh need. To be sourced.

# For a release build and its example server. "a|b" is satisfied by either package; if both are missing, the first is
# installed. Used by scripts that source this file.
# shellcheck disable=SC2034
build_packages=(g++ cmake ninja-build ccache 'libboost1.81-dev|libboost1.74-dev' nlohmann-json3-dev libmariadb-dev
  libpq-dev libsqlite3-dev libssl-dev curl)

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

is_any_installed() {
  local package
  for package in ${1//|/ }; do
    is_installed "$package" && return 0
  done
  return 1
}

# Runs a command as root: directly if we are root, else by sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "To install packages, run this as root or install sudo." >&2
    return 1
  fi
}

# Installs the missing ones of these packages without asking. Never removes a package: the machine may need one that
# conflicts with ours.
install_packages() {
  local package missing=()
  for package in "$@"; do
    is_any_installed "$package" || missing+=("${package%%|*}")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || {
    echo "Needed and not found: ${missing[*]}. This isn't Debian, so install what corresponds to them." >&2
    return 1
  }

  echo "Installing ${missing[*]}"
  as_root apt-get -qq update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-remove --no-install-recommends install \
      "${missing[@]}" </dev/null
}

# Unpacks the headers of Boost 1.74 into the folder, because Debian can't have both versions installed.
unpack_boost_1_74() {
  local folder=$1 download
  [[ -f $folder/usr/include/boost/version.hpp ]] && return 0
  download=$(mktemp -d) || return 1
  (
    cd "$download" || exit 1
    apt-get -qq -o APT::Sandbox::User=root download libboost1.74-dev || {
      as_root apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download libboost1.74-dev
    }
  ) && mkdir -p "$folder" && dpkg -x "$download"/libboost1.74-dev_*.deb "$folder"
  local status=$?
  rm -rf "$download"
  return $status
}

# Unpacks files of an npm package into the folder: unpack_npm FOLDER PACKAGE@VERSION FILES, which may have wildcards.
unpack_npm() {
  local folder=$1 package=$2 files=$3 download
  command -v npm >/dev/null || install_packages npm || return 1
  download=$(mktemp -d) || return 1
  (cd "$download" && npm pack --silent "$package" >/dev/null) && mkdir -p "$folder" &&
    tar -xzf "$download"/*.tgz -C "$folder" --strip-components=1 --wildcards "package/$files"
  local status=$?
  rm -rf "$download"
  return $status
}

# Unpacks axe-core, which looks for faults of accessibility, into the folder. It is in no package of Debian.
unpack_axe_core() {
  [[ -f $1/axe.min.js ]] || unpack_npm "$1" axe-core@4.14.1 axe.min.js
}

# Unpacks JSON schemas of Kubernetes 1.27 and of the Prometheus Operator's ServiceMonitor into the folder. Debian has
# none; newer versions of these packages have code instead of schemas.
unpack_kubernetes_schemas() {
  local last=monitoring.coreos.com/v1/ServiceMonitor.js
  [[ -f $1/$last ]] || {
    unpack_npm "$1" kubernetes-models@4.3.1 '_schemas/*.js' &&
      unpack_npm "$1" @kubernetes-models/apimachinery@1.2.1 '_schemas/*.js' &&
      unpack_npm "$1" @kubernetes-models/prometheus-operator@4.0.0 "$last"
  }
}
