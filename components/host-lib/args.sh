# shellcheck shell=sh
# The KEY=VALUE arguments of a script.

# take "KEY KEY..." KEY=VALUE...: sets the variables, refuses a key that is not in the list. `machine`,
# `found` and `wanted` are always taken and never read: they stand in a command so that a machine that was made anew is set up again,
# and so that a host is looked at again that has another set than the state knows, or was to be replaced.
take() {
  local known=" machine found wanted $1 " pair='' key=''
  shift
  for pair in "$@"; do
    key=${pair%%=*}
    case $known in
      *" $key "*) eval "$key=\${pair#*=}" ;;
      *) die "unknown setting $key" ;;
    esac
  done
}
