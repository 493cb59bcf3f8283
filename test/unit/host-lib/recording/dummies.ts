// What would be a secret on a real host. The agents of a recording run with these from the start, so that nothing
// has to be found in their answers and blotted out.

/** Keys of the right length, with all that base64 has and sed, awk and grep take for something else. */
export const gossipKeys = {
  first: "a/dummy+gossip+key/the/first+++//no+secret0=",
  second: "a/dummy+gossip+key/the/second++//no+secret0=",
  /** Is in no keyring. */
  unknown: "a/dummy+gossip+key/unknown+all///no+secret0=",
} as const;

export const tokens = {
  management: "d0000000-0000-4000-8000-00000000d001",
  /** No server knows it. */
  wrong: "d0000000-0000-4000-8000-00000000d002",
  /** Each agent knows it by itself. */
  recovery: "d0000000-0000-4000-8000-00000000d003",
} as const;
