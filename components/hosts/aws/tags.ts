import { type Problem, problem, show } from "../../validate/problem";
import { object, text } from "../../validate/values";

/** AWS takes 50 for a resource; some are the component's. */
const MOST = 40;
const OWN = ["Name", "consul-cluster"];

export const checkTags = object((tags, path) => [
  ...(Object.keys(tags).length > MOST
    ? problem(path, `${Object.keys(tags).length} tags; AWS has room for ${MOST} of yours`)
    : []),
  ...Object.entries(tags).flatMap(([key, value]) => [
    ...checkKey(key, `${path}.${key}`),
    ...checkValue(value, `${path}.${key}`),
  ]),
]);

function checkKey(key: string, path: string): Problem[] {
  if (OWN.includes(key)) return problem(path, "is set by the component; give another key");
  if (/^aws:/i.test(key))
    return problem(path, "starts with `aws:`, which is AWS's own; give another key");
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)
    ? []
    : problem(
        path,
        "is no key of a tag; give 1 to 128 letters, digits, spaces and _ . : / = + - @",
      );
}

const checkValue = text((value, path) =>
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
    ? []
    : problem(
        path,
        `${show(value)} is no value of a tag; give up to 256 letters, digits, spaces and _ . : / = + - @`,
      ),
);
