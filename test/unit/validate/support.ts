import type { PlainArgs } from "../../../components/cluster/args";
import { validate } from "../../../components/validate";
import { hostKey, openSshKey } from "./keys";

/** Deep changes that the compiler would refuse are what these tests are about. */
// biome-ignore lint/suspicious/noExplicitAny: wrong types on purpose
export type Anything = any;

/** Three machines on this computer, nothing wrong with them. */
export function nspawnArgs(changes: Anything = {}): Anything {
  return {
    nspawn: {
      image: "/srv/image.tar",
      machines: [1, 2, 3].map((number) => ({
        name: `consul-${number}`,
        address: `198.18.77.1${number}`,
      })),
    },
    ...changes,
  };
}

/** A server that stands already, nothing wrong with it. */
export function existingServer(number: number, changes: Anything = {}): Anything {
  return {
    name: `consul-${number}`,
    address: `10.0.0.1${number}`,
    privateKey: openSshKey(),
    hostKey: hostKey("ssh-ed25519"),
    ...changes,
  };
}

export function existingArgs(changes: Anything = {}): Anything {
  return { existing: { servers: [1, 2, 3].map((number) => existingServer(number)) }, ...changes };
}

/** Three instances of EC2, nothing wrong with them. */
export function awsArgs(changes: Anything = {}): Anything {
  return {
    aws: {
      servers: [1, 2, 3].map((number) => ({ name: `consul-${number}` })),
      sshCidrs: ["10.8.0.0/24"],
      ...changes,
    },
  };
}

/** Three servers, the second of them changed. */
export function withSecond(changes: Anything): Anything {
  const args = existingArgs();
  args.existing.servers[1] = existingServer(2, changes);
  return args;
}

/** All problems, as one text a problem. */
export function problems(args: Anything, files?: { exists(path: string): boolean }): string[] {
  return validate(args as PlainArgs, files).map(({ path, message }) => `${path}: ${message}`);
}

/** The problems of otherwise right settings. */
export function problemsOf(settings: Anything): string[] {
  return problems(nspawnArgs(settings));
}
