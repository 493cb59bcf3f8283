import { type Input, Output, output, secret, type Unwrap } from "@pulumi/pulumi";
import { localFiles } from "../../validate/localFiles";
import { dialing } from "../host";
import type { SshArgs } from "./args";

/** How a host, or a bastion, is logged in to, with every default filled in. */
export function sshLogin(ssh: SshArgs) {
  // A bastion may be an Output as a whole: of one whose key is in a file every field is there, and empty.
  const privateKey: Input<string> = Output.isInstance(ssh)
    ? output(ssh as Input<Unwrap<SshArgs>>).apply(keyOf)
    : keyOf(ssh);
  return {
    port: ssh.port ?? 22,
    user: ssh.user ?? "root",
    privateKey: secret(privateKey),
    hostKey: ssh.hostKey,
    ...dialing,
  };
}

/** Of a file that cannot be read the checks tell, and of the login nothing is made; they may come later than this. */
function keyOf<Key>({
  privateKey,
  privateKeyFile,
}: {
  privateKey?: Key;
  privateKeyFile?: string;
}): Key | string {
  return privateKey ?? localFiles.text?.(privateKeyFile ?? "") ?? "";
}
