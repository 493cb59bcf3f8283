import { type ComponentResourceOptions, log, type Resource } from "@pulumi/pulumi";

/** Says of options that the engine keeps to the component itself, which has no inputs, that nothing comes of them. */
export function warnOfOptionsWithoutEffect(
  component: Resource,
  { ignoreChanges = [], replaceOnChanges = [] }: ComponentResourceOptions = {},
): void {
  for (const [option, names] of Object.entries({ ignoreChanges, replaceOnChanges }))
    if (names.length > 0)
      log.warn(
        `\`${option}\` has no effect here: a change of ${names.join(", ")} is made all the same. To keep what runs, keep the setting as it was`,
        component,
      );
}
