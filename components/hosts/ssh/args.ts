import type { Input } from "@pulumi/pulumi";

/** How to log in. Anyone but root needs sudo. */
export interface SshArgs {
  /** SSH port. @default 22 */
  port?: Input<number>;
  /** Login user. @default "root" */
  user?: Input<string>;
  /** Private key in OpenSSH or PEM form; ed25519 is advised, RSA keys are refused by newer servers. */
  privateKey?: Input<string>;
  /** Path of the private key on this computer; exactly one of this and `privateKey`. */
  privateKeyFile?: string;
  /** The host's public key, `ssh-ed25519 AAAA...`, or an ECDSA one, but no RSA one; a host that shows another is refused. */
  hostKey: Input<string>;
}

export interface BastionArgs extends SshArgs {
  /** Host name or address of the bastion. */
  host: Input<string>;
}
