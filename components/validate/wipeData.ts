import { problem, show } from "./problem";
import { text } from "./values";

/** It stands in a line of its own among what an activation shall bring about. */
export const checkWipeData = text((token, path) =>
  /^[\w.:+-]{1,40}$/.test(token)
    ? []
    : problem(
        path,
        `${show(token)} is no mark; give up to 40 letters, digits and . : + - such as the number of a ticket`,
      ),
);
