import { readFileSync } from "node:fs";
import { join } from "node:path";
import { remote, type types } from "@pulumi/command";
import { type CustomResourceOptions, type Input, secret } from "@pulumi/pulumi";

export interface HostConfig {
  name: string;
  address: string;
  /** The host's public key. */
  hostKey: string;
}

export interface Login {
  user: string;
  privateKeyFile: string;
}

/** What runs on a host as root, and what takes it away again. A host that is dead has to be forgotten by hand. */
export function onHost(
  name: string,
  host: HostConfig,
  login: Login,
  script: Input<string>,
  remove: string,
  opts: CustomResourceOptions = {},
): remote.Command {
  const connection: types.input.remote.ConnectionArgs = {
    host: host.address,
    hostKey: host.hostKey,
    user: login.user,
    privateKey: secret(readFileSync(login.privateKeyFile, "utf8")),
  };
  return new remote.Command(
    name,
    {
      connection,
      create: "sudo -n sh -s",
      stdin: script,
      delete: `cat >/dev/null; ${remove}`,
      logging: remote.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

export function script(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
