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
  /** Differs when the machine was made anew under the same name; unknown for hosts that others make. */
  machineId?: Input<string>;
  /** ID of a volume that is attached for the data folder, to be mounted there; without it the folder is one. */
  dataVolume?: Input<string>;
  /** Whether the host is there after the stack is gone: then nothing of ours may be left on it. */
  stays: boolean;
}

/** Patience with a host that does not answer yet: 16 tries, some 40 seconds. */
export const dialing = { dialErrorLimit: 15, perDialTimeout: 5 };
