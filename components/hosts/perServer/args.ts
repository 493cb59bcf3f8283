import type { Input } from "@pulumi/pulumi";

/** What an agent has of its own, laid over what is said of all. What stands here is in the open. */
export interface PerServerArgs {
  /**
   * Node metadata of this agent, such as its rack, laid over `node_meta` of the `extraConfig` of all. Another one is a reload.
   * @default none
   */
  nodeMeta?: Input<Record<string, Input<string>>>;
  /** Environment of this agent's Consul process, laid over the `environment` of all. Another one is a restart. @default none */
  environment?: Input<Record<string, Input<string>>>;
  /**
   * Any other Consul setting of this agent alone, laid over the `extraConfig` of all: objects key by key, lists as a whole. What is
   * refused there is refused here, and so are `node_meta`, for which there is `nodeMeta`, and `autopilot`, which is the cluster's.
   * @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: Consul decides what may stand here.
  extraConfig?: Input<Record<string, any>>;
}
