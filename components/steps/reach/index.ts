import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { local } from "@pulumi/command";
import {
  all,
  type CustomResourceOptions,
  type Input,
  interpolate,
  type Output,
  output,
  type Resource,
  secret,
} from "@pulumi/pulumi";
import type { Host } from "../../hosts/host";
import { shellWords } from "../../shellWords";
import { renderSshAccess, withSshAccess } from "./sshAccess";

/**
 * A first look over OpenSSH at a host that other steps reach for afterwards: it fails within the host's
 * `patience` and says why, where their own connections may wait for ever.
 *
 * It changes nothing, and is made again with whatever those steps are `about`: whenever one of them runs, the host has
 * just answered.
 */
export function reach(
  name: string,
  host: Host,
  about: Input<unknown>[],
  opts: CustomResourceOptions,
): Resource {
  const look = output({
    name: host.name,
    connection: host.connection,
  }).apply((known) => withSshAccess(script, renderSshAccess([known])));
  const words = shellWords([`name=${host.name}`, `patience=${host.patience ?? patience}`]);
  return new local.Command(
    name,
    {
      create: `exec sh -s ${words}`,
      stdin: secret(
        interpolate`${look}# ${digest([...about, host.machineId ?? "", host.wanted ?? ""])}\n`,
      ),
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** In seconds, for a host that is there: it may be on its way up. */
const patience = 45;

const script = ["over-ssh.sh", "reach.sh"]
  .map((file) => readFileSync(join(__dirname, file), "utf8"))
  .join("\n");

function digest(about: Input<unknown>[]): Output<string> {
  return all(about).apply((values) =>
    createHash("sha256").update(JSON.stringify(values)).digest("hex"),
  );
}
