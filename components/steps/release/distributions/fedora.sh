# shellcheck shell=sh
# Fedora, Red Hat's, Amazon Linux and others that are like them: see any.sh.

fedora_installer() { echo "dnf install"; }

fedora_package() {
  case $1 in
    getent) echo glibc-common ;;
    ip | ss) echo iproute ;;
    useradd) echo shadow-utils ;;
    gpgv) echo gnupg2 ;;
    *) any_package "$1" ;;
  esac
}
