# shellcheck shell=bash
# Bar charts as SVG. To be sourced.

# plot_bars TITLE UNIT SERIES... <lines of "label<TAB>value<TAB>value..."
#
# One group of horizontal bars per line, with one bar per series. The axis begins at zero, or is logarithmic with LOG=1.
plot_bars() {
  local title=$1 unit=$2 IFS='|'
  shift 2
  awk -F '\t' -v title="$title" -v unit="$unit" -v names="$*" -v logarithmic="${LOG-0}" '
    function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/[*`]/, "", text); return text }
    function width(value) {
      if (!logarithmic) return value / most * 420
      return value <= floor_value ? 1 : log(value / floor_value) / log(most / floor_value) * 420
    }
    BEGIN { series = split(names, name, "|"); split("#2563eb #f59e0b #9ca3af", colour, " "); floor_value = 0.01 }
    { label[NR] = escaped($1); for (i = 1; i <= series; ++i) { value[NR, i] = $(i + 1); if ($(i + 1) > most) most = $(i + 1) } }
    END {
      if (!NR) exit 1
      bar = 14; group = series * bar + 12; height = 76 + NR * group
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"820\" height=\"%d\" viewBox=\"0 0 820 %d\" ", height, height
      print "font-family=\"sans-serif\" font-size=\"12\">"
      print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
      printf "<text x=\"16\" y=\"24\" font-size=\"16\" font-weight=\"bold\">%s</text>\n", escaped(title)
      for (i = 1; i <= series; ++i) {
        printf "<rect x=\"%d\" y=\"38\" width=\"12\" height=\"12\" fill=\"%s\"/>", 16 + (i - 1) * 190, colour[i]
        printf "<text x=\"%d\" y=\"49\">%s</text>\n", 34 + (i - 1) * 190, escaped(name[i])
      }
      for (line = 1; line <= NR; ++line) {
        top = 66 + (line - 1) * group
        weight = label[line] ~ /^vitals/ ? " font-weight=\"bold\"" : ""
        printf "<text x=\"272\" y=\"%.1f\" text-anchor=\"end\"%s>%s</text>\n", top + series * bar / 2 + 4, weight, label[line]
        for (i = 1; i <= series; ++i) {
          if (value[line, i] == "") continue
          y = top + (i - 1) * bar; w = width(value[line, i])
          printf "<rect x=\"280\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", y, w, bar - 2, colour[i]
          printf "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\">%s %s</text>\n", 286 + w, y + bar - 4, value[line, i], unit
        }
      }
      print "</svg>"
    }'
}

# The servers with one fixed answer, in both columns.
plot_rates() {
  local server kept new
  for server in raw_epoll raw_epoll_deferred vitals nginx haproxy go go_health beast; do
    kept=$(least keep-alive "$server")
    new=$(least new "$server")
    [[ ! $kept$new ]] || printf '%s\t%s\t%s\n' "$(server_title "$server")" \
      "$(awk -v ns="$kept" 'BEGIN { if (ns) printf "%.1f", ns / 1000 }')" \
      "$(awk -v ns="$new" 'BEGIN { if (ns) printf "%.1f", ns / 1000 }')"
  done | plot_bars 'Processor time per request' µs 'keep-alive' 'new connection'
}

plot_saturation() {
  local server p50 p99 max
  while IFS=$'\t' read -r server p50 _ p99 _ max _; do
    printf '%s\t%s\t%s\t%s\n' "$(server_title "$server")" "$p50" "$p99" "$max"
  done <"$work/saturation" |
    LOG=1 plot_bars 'A probe while 8 threads spin on one processor (logarithmic)' ms p50 p99 max
}
