# shellcheck shell=sh
# The KEY=VALUE arguments of a script.

# take "KEY KEY..." KEY=VALUE...: sets the variables, refuses a key that is not in the list. `machine` is always taken
# and never read: it stands in a command so that a machine that was made anew is set up again.
take() {
  local known=" machine $1 " pair='' key=''
  shift
  for pair in "$@"; do
    key=${pair%%=*}
    case $known in
      *" $key "*) eval "$key=\${pair#*=}" ;;
      *) die "unknown setting $key" ;;
    esac
  done
}
