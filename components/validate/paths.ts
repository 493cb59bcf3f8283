import { type Problem, problem, show } from "./problem";
import { text } from "./values";

/** Folders that belong to the system as a whole: never emptied, re-owned or covered by this component. */
const SYSTEM_FOLDERS = new Set(
  [
    "/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /lost+found /media /mnt /opt /proc /root /run",
    "/sbin /srv /sys /tmp /usr /var /etc/default /etc/ssh /etc/ssl /etc/sysconfig /etc/systemd",
    "/etc/systemd/system /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/etc /usr/local/lib",
    "/usr/local/sbin /usr/local/share /usr/sbin /usr/share /var/cache /var/lib /var/log /var/mail",
    "/var/opt /var/run /var/spool /var/tmp",
  ].flatMap((line) => line.split(" ")),
);

/** Folders in which nothing but the system itself keeps anything. */
const KERNEL_FOLDERS = ["/boot", "/dev", "/proc", "/sys"];
const PROGRAM_FOLDERS = ["/bin", "/lib", "/lib64", "/sbin", "/usr/bin", "/usr/lib", "/usr/sbin"];

/** Folders of which the service's sandbox shows Consul nothing: ProtectHome and PrivateTmp in render/systemdUnit.ts. */
export const SANDBOX_HIDES = ["/home", "/root", "/run/user", "/tmp", "/var/run/user", "/var/tmp"];

/** Folders that are emptied at a reboot, or that the service's sandbox hides from Consul. */
const HIDDEN_FOLDERS = ["/run", "/var/run", ...SANDBOX_HIDES];

/** Where the scripts on a host keep releases, themselves and what is staged (remote/scripts/lib.sh). */
const OWN_FOLDERS = [
  "/run/consul-cluster",
  "/usr/local/lib/consul",
  "/usr/local/lib/consul-cluster",
  "/var/lib/consul-cluster",
];

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** Why a text is not an absolute path that survives units, scripts and mount options unquoted. */
export function pathTrouble(path: string): string | undefined {
  if (path === "") return "is empty; give an absolute path";
  if (path.startsWith("~")) return "starts with `~`, which is not expanded; give the whole path";
  if (!path.startsWith("/")) return "is not an absolute path; start it with `/`";
  if (!/^[A-Za-z0-9._@+/-]+$/.test(path)) {
    return "may hold letters, digits and `. _ @ + / -` only; give another path";
  }
  if (/\/\/|(^|\/)\.\.?(\/|$)/.test(path)) return "holds `//`, `/./` or `/../`; write it straight";
  // One folder, one spelling: hosts compare the text with what they noted earlier.
  if (/.\/$/.test(path)) return "ends with a slash; leave it off";
  return undefined;
}

function folderTrouble(folder: string): string | undefined {
  if (SYSTEM_FOLDERS.has(folder)) return "is a folder of the system; give one below it";
  const taken = [...KERNEL_FOLDERS, ...PROGRAM_FOLDERS].find((other) => isInside(folder, other));
  return taken && `is inside ${taken}, which belongs to the system; give another folder`;
}

function consulFolderTrouble(folder: string): string | undefined {
  const hidden = HIDDEN_FOLDERS.find((other) => isInside(folder, other));
  if (hidden !== undefined) {
    return `is inside ${hidden}, which a reboot empties or Consul's sandbox hides; give another folder`;
  }
  const own = OWN_FOLDERS.find((other) => isInside(folder, other) || isInside(other, folder));
  return (
    own && `overlaps with ${own}, where this component keeps its own files; give another folder`
  );
}

type Trouble = (path: string) => string | undefined;

function checkWith(...troubles: Trouble[]) {
  return (path: string, where: string): Problem[] => {
    for (const trouble of troubles) {
      const reason = trouble(path);
      if (reason !== undefined) return problem(where, `${show(path)} ${reason}`);
    }
    return [];
  };
}

/** A file or folder of this computer. */
export const checkPath = text(checkWith(pathTrouble), "an absolute path");

/** A folder that is filled, owned or mounted as a whole. */
export const checkFolder = text(checkWith(pathTrouble, folderTrouble), "an absolute path");

/** A folder on a server that Consul reads or writes. */
export const checkConsulFolder = text(
  checkWith(pathTrouble, folderTrouble, consulFolderTrouble),
  "an absolute path",
);
