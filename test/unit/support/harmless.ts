import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./host";

/**
 * Shell that takes the sting out of the scripts, so that whole actions of theirs run on the folders of a test: nothing
 * belongs to a user `consul`, nobody sleeps, the clock runs a second at each look, and systemd is asked nothing. What would start or
 * stop the service is printed, behind whatever `seen` prints of that moment: a function, to be defined anew.
 */
export function harmless(host: Host): string {
  mkdirSync(join(host.folder, "run"), { recursive: true });
  const clock = join(host.folder, "clock");
  const properties = Object.entries(host.service)
    .map(([name, value]) => `*" ${name} "*) echo '${value}' ;;`)
    .join("\n");
  return `
    now_s() { n=$(cat '${clock}' 2>/dev/null || echo 1000); echo $((n + 1)) >'${clock}'; echo "$n"; }
    sleep() { :; }
    tell_of_a_slow_stop() { :; }
    timeout() { shift; "$@"; }
    chown() { :; }
    chgrp() { :; }
    restore_contexts() { :; }
    install() {
      case $1 in
        -d) mkdir -p "$4" ;;
        *) cp "$7" "$8" && chmod "$2" "$8" ;;
      esac
    }
    seen() { :; }
    systemctl() {
      case " $* " in
        *" show "*)
          case " $* " in
            ${properties}
          esac
          ;;
        *" is-failed "*) return 1 ;;
        *" start "* | *" restart "* | *" stop "*) seen; echo "systemctl $*" ;;
      esac
    }`;
}

/** All files below a folder of the host, by their paths, each with its mode and what it holds; links with where they lead. */
export function filesBelow(host: Host, ...paths: string[]): Record<string, string> {
  return Object.fromEntries(paths.flatMap((path) => entries(join(host.folder, path), path)));
}

function entries(place: string, path: string): [string, string][] {
  const to = linkTarget(place);
  if (to !== undefined) return [[path, `-> ${to}`]];
  if (!existsSync(place)) return [];
  if (statSync(place).isDirectory())
    return readdirSync(place).flatMap((name) => entries(join(place, name), join(path, name)));
  const mode = (statSync(place).mode & 0o777).toString(8);
  return [[path, `${mode} ${readFileSync(place, "utf8")}`]];
}

function linkTarget(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    return undefined;
  }
}
