# shellcheck shell=sh
# Debian, Ubuntu and others that are like them: see any.sh.

debian_installer() { echo "apt-get install"; }

debian_package() {
  case $1 in
    getent) echo libc-bin ;;
    ip | ss) echo iproute2 ;;
    mount) echo mount ;;
    useradd) echo passwd ;;
    *) any_package "$1" ;;
  esac
}
