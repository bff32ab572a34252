# The style and the script of the page as C++ texts, with the Content-Security-Policy that allows just these two:
# https://www.w3.org/TR/CSP3/#grammardef-hash-source

# Encodes hexadecimal digits as base64.
function(vitals_base64 hex result)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  string(LENGTH "${hex}" length)
  math(EXPR last "${length} - 1")
  foreach(at RANGE 0 ${last} 6)
    string(SUBSTRING "${hex}000000" ${at} 6 group)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND text ${character})
    endforeach()
  endforeach()
  # A SHA-256 has 32 bytes: the last group has two of three.
  string(REGEX REPLACE ".$" "=" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Reads a file without indentation and lines of comment, and computes the hash of that text.
function(vitals_read_asset file text hash)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} content)
  string(REGEX REPLACE "\n +" "\n" content "${content}")
  string(REGEX REPLACE "\n//[^\n]*" "" content "${content}")
  string(SHA256 hex "${content}")
  vitals_base64(${hex} base64)
  set(${text} "${content}" PARENT_SCOPE)
  set(${hash} "'sha256-${base64}'" PARENT_SCOPE)
endfunction()

# vitals_write_page_assets(<style> <script> <header>)
function(vitals_write_page_assets style script header)
  vitals_read_asset(${style} css css_hash)
  vitals_read_asset(${script} js js_hash)
  file(CONFIGURE OUTPUT ${header} @ONLY CONTENT [[#pragma once

#include <string_view>

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::string_view page_css = R"asset(@css@)asset";
inline constexpr std::string_view page_js = R"asset(@js@)asset";
inline constexpr std::string_view page_policy =
    "default-src 'none'; connect-src 'self'; script-src @js_hash@; style-src @css_hash@; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace detail
}  // namespace vitals::inline v1
]])
endfunction()
