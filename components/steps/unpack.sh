# shellcheck shell=sh
# Unpacks and runs the script in front of which packed.ts puts it. The last line is the last of stdin, so a connection that is
# cut off before it runs nothing.

for program in base64 gzip; do
  command -v "$program" >/dev/null || {
    echo "this host has no $program, which unpacks the scripts: install it; nothing was changed" >&2
    exit 1
  }
done
unpacked_script=$(packed_script | base64 -d | gzip -d) || unpacked_script=''
# That a program ends well is no proof.
case $unpacked_script in
  *'# end of the packed script') eval "$unpacked_script" ;;
  *)
    echo "the scripts do not unpack on this host; nothing was changed" >&2
    exit 1
    ;;
esac
