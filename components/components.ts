export type * from "./client/args";
export { type ClientOutput, ConsulClient } from "./client/consulClient";
export type * from "./cluster/args";
export { ConsulCluster, type ServerOutput } from "./cluster/consulCluster";
