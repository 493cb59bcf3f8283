export type * from "./args";
export { ConsulCluster, type ServerOutput } from "./consulCluster";
