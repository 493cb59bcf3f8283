import { posix } from "node:path";
import { SOCKET } from "../cluster/listening";
import { isInside, pathTrouble } from "./paths";
import { type Problem, problem, show } from "./problem";

const EXAMPLE = show(`${SOCKET}/run/consul/http.sock`);

/** What the kernel takes of a socket's path, in bytes. */
const MAX_PATH = 107;

/** Folders that systemd makes for Consul's user at a start and takes away at a stop: nothing else may lie in them. */
const FOLDER = /^\/run\/consul(-[a-z0-9-]+)?$/;
/** Where the scripts on a host keep their locks. */
const TAKEN = "/run/consul-cluster";

/** A unix socket in the place of an address, as Consul writes one: `unix://` and its path. */
export function checkSocket(socket: string, path: string): Problem[] {
  const reason = socketTrouble(socket.slice(SOCKET.length));
  return reason === undefined ? [] : problem(path, `${show(socket)} ${reason}`);
}

function socketTrouble(at: string): string | undefined {
  const trouble = pathTrouble(at);
  if (trouble !== undefined) return `names a path that ${trouble}`;
  if (!isInside(at, "/run"))
    return `is not inside /run, and Consul's sandbox lets it make a socket nowhere else; give ${EXAMPLE}`;
  const folder = posix.dirname(at);
  if (!FOLDER.test(folder) || folder === TAKEN)
    return `is in no folder of Consul's own, which comes and goes with it: /run/consul, or /run/consul- and a word of yours; give ${EXAMPLE}`;
  return at.length > MAX_PATH
    ? `is longer than ${MAX_PATH} characters; give ${EXAMPLE}`
    : undefined;
}
