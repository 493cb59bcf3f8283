# shellcheck shell=sh
# The proxy that a system has for everybody, in /etc/environment: sudo hands on nothing of a login's environment, and not
# every system has PAM read that file for it.

SYSTEM_ENVIRONMENT=/etc/environment

# What the environment says already counts more.
take_system_proxy() {
  local variable='' value=''
  [ -r "$SYSTEM_ENVIRONMENT" ] || return 0
  for variable in http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY; do
    ! eval "[ -n \"\${$variable:-}\" ]" || continue
    # Without a comment behind it, and what an editor of another system has left.
    value=$(tr -d '\r' <"$SYSTEM_ENVIRONMENT" |
      sed -n "s/[[:space:]]#.*//; s/[[:space:]]*\$//; s/^[[:space:]]*\(export[[:space:]][[:space:]]*\)\{0,1\}$variable=//p" | tail -n 1)
    value=${value#[\"\']}
    value=${value%[\"\']}
    [ -z "$value" ] || export "$variable=$value"
  done
}
