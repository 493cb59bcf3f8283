# shellcheck shell=sh
# The one clock of the scripts: whole seconds since the computer started, which nobody sets. No two hosts' clocks are
# compared anywhere.

now_s() {
  local up=''
  IFS= read -r up </proc/uptime
  echo "${up%%.*}"
}

# When $1 seconds from now have passed.
deadline() { echo $(($(now_s) + $1)); }

passed() { [ "$(now_s)" -ge "$1" ]; }

# SECONDS COMMAND...: does the command, asked again and again, succeed within so many seconds?
within() {
  local limit=''
  limit=$(deadline "$1")
  shift
  until "$@"; do
    ! passed "$limit" || return 1
    sleep 0.5
  done
}
