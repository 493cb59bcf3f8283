import type { CustomResourceOptions, Input, Output, Unwrap } from "@pulumi/pulumi";
import type { ClusterSettings } from "../cluster/plan";
import type { Owner } from "../steps/release/owner";
import type { Problem } from "../validate/problem";
import type { ServerEntry } from "../validate/servers";
import type { Fields, Files } from "../validate/values";
import type { Host } from "./host";
import type { PerServerArgs } from "./perServer/args";
import type { FieldShapes, ShapesOf } from "./shape";

/** Whose hosts they are: a cluster's, or its clients'. */
export type Role = "servers" | "clients";

/** What every source says of each host. */
export interface NamedHost extends PerServerArgs {
  /** Its identity. */
  name: string;
  /** Left out where the source gives addresses. */
  address?: Input<string>;
  wipeData?: Input<string>;
}

/** What hosts are made with. */
export interface Making {
  /** Of the component: the names of its resources begin with it. */
  name: string;
  /** By which the component is known to people: see `labelOf`. */
  label: string;
  owner: Owner;
  /** Of a cluster: with them no more is replaced in one run than its quorum allows. Clients have no quorum to lose. */
  settings?: Output<ClusterSettings>;
  opts: CustomResourceOptions;
}

/** A source of hosts: all that the library knows of it. `sources.ts` has those that there are. */
export interface Source {
  /** The argument that it is, and its folder. */
  readonly key: string;
  /** What it is, in a few words, for who has to choose one. */
  readonly what: string;
  /** How its argument calls the list of hosts, of a cluster and of clients: without the latter it has none for clients. */
  readonly lists: { readonly servers: string; readonly clients?: string };
  /** A host may come without its address: the source has some to give. */
  readonly givesAddresses?: true;
  /** Its hosts have addresses that other components may name as well: whoever has the same one has the same host. */
  readonly isShared?: true;
  /** Of the argument for servers, which is the one that stack files have. */
  readonly shape: FieldShapes;
  /** What is wrong beyond what is asked of every host: names and addresses are judged already. Never throws, whatever the values are. */
  check?(given: Fields, hosts: ServerEntry[], files?: Files): Problem[];
  /** What settings are rendered from: by its own default, everything but the secrets. */
  withoutLogin?(given: object): object;
  make(given: object, hosts: readonly NamedHost[], making: Making): Host[];
}

/** The same for the compiler: `Args` are a cluster's, `Named` is one of their hosts. */
interface SourceOf<Args, Named extends NamedHost> extends Source {
  readonly shape: ShapesOf<Unwrap<Args>> & FieldShapes;
  make(given: Args & object, hosts: readonly Named[], making: Making): Host[];
}

export function source<Args, Named extends NamedHost>(own: SourceOf<Args, Named>): Source {
  return own;
}
