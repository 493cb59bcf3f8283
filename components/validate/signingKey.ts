import { KeyTrouble } from "../openpgp/armour";
import { readPublicKey } from "../openpgp/publicKey";
import { type Problem, problem, show } from "./problem";
import {
  type Check,
  each,
  type Fields,
  type Files,
  fieldsOf,
  fileTrouble,
  object,
  optional,
  text,
} from "./values";

/** The architectures that the vendor builds for Linux, by its own names; preflight.sh knows the kernel's. */
const ARCHITECTURES = ["386", "amd64", "arm", "arm64", "s390x"];

/** By what a release is known for what it should be. */
export function checkTrust(args: Fields, files?: Files): Problem[] {
  return [
    ...each(args, "", {
      signingKey: optional(checkSigningKey),
      signingKeyFile: optional(checkSigningKeyFile(files)),
      sha256: optional(checkSums),
    }),
    ...checkOneOf(args),
  ];
}

/** What is not looked at would be taken for a promise. */
function checkOneOf(args: Fields): Problem[] {
  const keys = ["signingKey", "signingKeyFile"].filter((name) => isGiven(args[name]));
  if (keys.length === 2) {
    return problem("signingKey", "and signingKeyFile are both given; give one of them");
  }
  const [key] = keys;
  return key !== undefined && Object.keys(fieldsOf(args.sha256)).length > 0
    ? problem("sha256", `takes the place of a signature, and ${key} is given; give one of them`)
    : [];
}

/** An empty text is the default of a stack file. */
const isGiven = (value: unknown) => value !== undefined && value !== "";

const HOW = "give what `gpg --armor --export FINGERPRINT` prints";

const checkSigningKey = text((key, path) => {
  if (key === "") return [];
  if (/^[~./][^\n]*$/.test(key))
    return problem(path, "looks like a path; that goes into signingKeyFile");
  return checkArmour(key, path, `${HOW}, or name its file in signingKeyFile`);
}, "an OpenPGP public key in ASCII armour");

function checkSigningKeyFile(files: Files | undefined): Check {
  return text((file, path) => {
    if (file === "") return [];
    if (/-----BEGIN|[\n\r]/.test(file)) {
      return problem(path, "holds a key; give its file's path, or the key in signingKey");
    }
    if (file.startsWith("~")) {
      return problem(
        path,
        `${show(file)} starts with \`~\`, which is not expanded; give the whole path`,
      );
    }
    const trouble = fileTrouble(files, file);
    if (trouble !== undefined) return problem(path, `${show(file)} ${trouble}`);
    const armoured = files?.text?.(file);
    return armoured === undefined ? [] : checkArmour(armoured, path, `${HOW} into ${show(file)}`);
  }, "the path of an OpenPGP public key");
}

/** Never shows the text: somebody may have given a private key. */
function checkArmour(armoured: string, path: string, how: string): Problem[] {
  try {
    readPublicKey(armoured);
    return [];
  } catch (error) {
    if (!(error instanceof KeyTrouble)) throw error;
    return problem(path, `${error.message}; ${how}`);
  }
}

const checkSums = object((sums, path) =>
  Object.entries(sums).flatMap(([architecture, sum]) =>
    ARCHITECTURES.includes(architecture)
      ? checkSum(sum, `${path}.${architecture}`)
      : problem(
          `${path}.${architecture}`,
          `is no architecture of a release; known are ${ARCHITECTURES.join(", ")}`,
        ),
  ),
);

const checkSum = text((sum, path) => {
  const trouble = "is not a SHA-256 in hex, 64 digits; take it from the release's SHA256SUMS";
  return /^[0-9a-f]{64}$/i.test(sum) ? [] : problem(path, `${show(sum)} ${trouble}`);
}, "a SHA-256 in hex");
