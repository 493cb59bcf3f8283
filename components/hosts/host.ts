import type { types } from "@pulumi/command";
import type { Input } from "@pulumi/pulumi";

/** A machine that answers SSH, wherever it comes from: all that the rest of the component knows of it. */
export interface Host {
  /** Name of the server on it: its identity. */
  name: string;
  /** The server's own IP address. */
  address: Input<string>;
  /** Login user; anyone but root uses sudo. */
  user: Input<string>;
  /** What the user's sudo asks for; a secret. Without it sudo asks for nothing. */
  sudoPassword?: Input<string>;
  connection: Input<types.input.remote.ConnectionArgs>;
  /** How long it may take until it lets somebody in, in seconds; a host that is there, or a container, 45. */
  patience?: number;
  /**
   * Differs when the machine was made anew under the same name, or is said to have been; "" or nothing for a host that
   * others have made once.
   */
  machineId?: Input<string>;
  /**
   * Another one whenever a run has begun to replace the machine, be it one that was given up: see `wanted.ts`. Nothing for a host that
   * others have made.
   */
  wanted?: Input<string>;
  /** A volume that is attached for the data folder, to be mounted there; without it the folder is one. */
  dataVolume?: DataVolume;
  /** Whether whoever made the machine refuses to end it: then its server may not leave for that. @default false */
  isProtected?: Input<boolean>;
  /** Whether the host is there after the stack is gone: then nothing of ours may be left on it. */
  stays: boolean;
}

interface DataVolume {
  id: Input<string>;
  /** The cluster whose data it holds, as it was noted on the volume: see `clusterId`. */
  cluster: Input<string>;
}

/** Patience with a host that does not answer yet: 16 tries, some 40 seconds. */
export const dialing = { dialErrorLimit: 15, perDialTimeout: 5 };
