import { problem, show } from "../../validate/problem";
import { type Check, text } from "../../validate/values";

/** An instance type, and whether its processors are of the architecture that is asked for. */
export function checkInstanceType(architecture: unknown): Check {
  const expected = architecture ?? "x86_64";
  return text((type, path) => {
    const family =
      /^([a-z]+\d+[a-z0-9-]*|u-[a-z0-9]+)\.(nano|micro|small|medium|\d*x?large|metal(-\d+xl)?)$/.exec(
        type,
      )?.[1];
    if (family === undefined) {
      return problem(path, `${show(type)} is not an instance type; give one such as "m7g.medium"`);
    }
    const found = hasGraviton(family) ? "arm64" : "x86_64";
    return found === expected || !["arm64", "x86_64"].includes(expected as string)
      ? []
      : problem(
          path,
          `${show(type)} is of the architecture ${found}, not ${expected}; change one of them`,
        );
  });
}

/** Amazon's own processors have a g behind the generation: t4g, c7gn. The first of them was a1. */
function hasGraviton(family: string): boolean {
  return family === "a1" || /^[a-z]+\d+g/.test(family);
}
