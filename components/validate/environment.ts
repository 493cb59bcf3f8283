import { type Problem, problem } from "./problem";
import { type Fields, object, optional, text } from "./values";

/** The environment of the Consul process. Values may be confidential, so none is shown. `path`: where it stands. */
export function checkEnvironment(args: Fields, path = "environment"): Problem[] {
  return optional(object(checkVariables))(args.environment, path);
}

function checkVariables(environment: Fields, path: string): Problem[] {
  return Object.entries(environment).flatMap(([name, value]) => [
    ...checkName(name, path),
    ...checkValue(value, `${path}.${name}`),
  ]);
}

function checkName(name: string, path: string): Problem[] {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
  return problem(
    `${path}.${name}`,
    "is not a variable's name; give letters, digits and `_`, not starting with a digit",
  );
}

const checkValue = text((value, path) =>
  /[\n\r\0]/.test(value)
    ? problem(path, "holds a line break or a NUL, which a unit's environment cannot; give one line")
    : [],
);
