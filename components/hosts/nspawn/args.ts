import type { Input } from "@pulumi/pulumi";
import type { PerServerArgs } from "../perServer/args";

export interface NspawnSource {
  /** Machines booted on this computer with systemd-nspawn. */
  nspawn?: NspawnArgs;
}

/** Machines booted on this computer from a root file system; they live and die with the stack. */
export interface NspawnArgs {
  /** One server per machine. The number must be odd; names are identity. */
  machines: NspawnMachineArgs[];
  /** Path of the root file system, a tar archive with systemd, sshd and sudo inside. */
  image: Input<string>;
  /** Bridge that the machines share; made with the first machine, removed with the last. @default "ccbr0" */
  bridge?: Input<string>;
  /** Address of this computer on the bridge, with its prefix length. @default "198.18.77.1/24" */
  gateway?: Input<string>;
  /** Folder that holds the machines' file systems and the login key. @default "/var/lib/consul-cluster" */
  directory?: Input<string>;
  /** Login user made inside every machine, not root, with sudo. @default "admin" */
  user?: Input<string>;
  /** Folder of this computer that every machine sees read-only under the same path. @default none */
  share?: Input<string>;
}

export interface NspawnMachineArgs extends PerServerArgs {
  /** Name of the machine and of the Consul server on it. */
  name: string;
  /** IP address of the machine, inside the gateway's network. */
  address: Input<string>;
  /** Raise it to get a new machine under the same name. @default 1 */
  generation?: Input<number>;
  /**
   * Any text. Change it to wipe this server's data folder once, gated like a replacement: it then begins anew with
   * what its peers hold. This is how foreign data, or data older than a week, is given up.
   * @default none
   */
  wipeData?: Input<string>;
}

export interface NspawnClientSource {
  /** Machines booted on this computer with systemd-nspawn. */
  nspawn?: NspawnClientsArgs;
}

/** Machines booted on this computer from a root file system; they live and die with the stack. */
export interface NspawnClientsArgs extends NspawnArgs {
  /** One client per machine. Names are identity. */
  machines: NspawnMachineArgs[];
}
