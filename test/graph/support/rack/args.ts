import type { Input } from "@pulumi/pulumi";

/** Hosts of a rack, which all take the same key. */
export interface RackArgs {
  /** One server per host. */
  servers: RackHostArgs[];
  /** Private key of all of them. */
  privateKey: Input<string>;
  /** Path of the rack's plan on this computer. @default none */
  plan?: Input<string>;
}

export interface RackHostArgs {
  /** Name of the server on this host. */
  name: string;
  /** The server's own IP address. */
  address: Input<string>;
  /** Height unit, such as `U12`. */
  unit: Input<string>;
  /** The host's public key. */
  hostKey: Input<string>;
}

export interface RackSource {
  /** Hosts of a rack. */
  rack?: RackArgs;
}
