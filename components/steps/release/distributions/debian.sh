# shellcheck shell=sh
# Debian, Ubuntu and others that are like them: see any.sh.

debian_installer() { echo "apt-get install"; }

debian_package() {
  case $1 in
    ip | ss) echo iproute2 ;;
    useradd) echo passwd ;;
    *) any_package "$1" ;;
  esac
}
