export type * from "./args";
export type * from "./client/args";
export { type ClientOutput, ConsulClient } from "./client/consulClient";
export { ConsulCluster, type ServerOutput } from "./consulCluster";
