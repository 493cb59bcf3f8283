import type { Input } from "@pulumi/pulumi";
import type { PerServerArgs } from "../perServer/args";
import type { BastionArgs, SshArgs } from "../ssh/args";

export interface ExistingSource {
  /** Hosts that exist already and answer SSH. */
  existing?: ExistingArgs;
}

export interface ExistingArgs {
  /** One server per host. The number must be odd; names are identity. */
  servers: ExistingServerArgs[];
}

/** A host that stands already: bare or running, reached over SSH. */
export interface ExistingServerArgs extends SshArgs, PerServerArgs {
  /** Name of the Consul server on this host. */
  name: string;
  /** The server's own IP address: what Consul binds and advertises. */
  address: Input<string>;
  /** Host or address that SSH connects to, where it differs from `address`. @default the value of `address` */
  sshHost?: Input<string>;
  /** An SSH server to go through. @default none */
  bastion?: BastionArgs;
  /** Password that the login user's sudo asks for. @default none: sudo asks for nothing */
  sudoPassword?: Input<string>;
  /**
   * Raise it where the host was installed anew under its old address, or what ran on it was taken off: every step runs
   * again there. Nothing leaves, and what is as it shall be stays. @default 1
   */
  generation?: Input<number>;
  /**
   * Any text. Change it to wipe this server's data folder once, gated like a replacement: it then begins anew with
   * what its peers hold. This is how foreign data, or data older than a week, is given up.
   * @default none
   */
  wipeData?: Input<string>;
}

export interface ExistingClientSource {
  /** Hosts that exist already and answer SSH; exactly one of this and `nspawn`. */
  existing?: ExistingClientsArgs;
}

/** Hosts that stand already: bare or running, reached over SSH. */
export interface ExistingClientsArgs {
  /** One client per host. Names are identity. */
  hosts: ExistingClientArgs[];
}

export interface ExistingClientArgs extends ExistingServerArgs {
  /** Name of the client on this host: Consul's node name. No server and no other client may have it. */
  name: string;
  /** The host's own IP address: what Consul binds and advertises. */
  address: Input<string>;
  /**
   * Any text. Change it to wipe this client's data folder once: it then joins anew. This is how foreign data is given
   * up. @default none
   */
  wipeData?: Input<string>;
}
