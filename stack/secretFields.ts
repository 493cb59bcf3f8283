/** Settings and fields that stand encrypted in a stack file, or not at all. */
export const SECRET_FIELDS: readonly string[] = [
  "gossipKey",
  "caKey",
  "managementToken",
  "privateKey",
  "sudoPassword",
];
