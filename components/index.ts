// Pulumi's CLI has the words of those types alone that it meets before the components.

export * from "./components";
export type * from "./hosts/sources";
