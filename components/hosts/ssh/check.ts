import { checkHostKey } from "../../validate/hostKey";
import { checkSshHost } from "../../validate/names";
import { checkPort } from "../../validate/port";
import { checkPrivateKey } from "../../validate/privateKey";
import { type Problem, problem, show } from "../../validate/problem";
import {
  type Check,
  each,
  type Fields,
  type Files,
  fileTrouble,
  object,
  optional,
  text,
} from "../../validate/values";

export function checkBastion(files: Files | undefined): Check {
  return object((bastion, path) => [
    ...each(bastion, path, { host: checkSshHost }),
    ...checkLogin(bastion, path, files),
  ]);
}

/** How a host, or a bastion, is logged in to. */
export function checkLogin(login: Fields, path: string, files: Files | undefined): Problem[] {
  return [
    ...each(login, path, {
      port: optional(checkPort),
      user: optional(checkUser),
      privateKey: optional(checkPrivateKey),
      privateKeyFile: optional(checkKeyFile(files)),
      hostKey: checkHostKey,
    }),
    ...checkOneKey(login, path),
  ];
}

function checkOneKey({ privateKey, privateKeyFile }: Fields, path: string): Problem[] {
  const given = [privateKey, privateKeyFile].filter((key) => key !== undefined);
  if (given.length === 1) return [];
  const found = given.length === 0 ? "no private key is given" : "both are given";
  return problem(
    `${path}.privateKey`,
    `${found}; give exactly one of privateKey and privateKeyFile`,
  );
}

/** Laxer than for an account that we make: directories of users allow dots, capitals and domains. */
const checkUser = text((user, path) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$/.test(user)
    ? []
    : problem(path, `${show(user)} is not a login name; give one such as "admin"`),
);

function checkKeyFile(files: Files | undefined): Check {
  return text((file, path) => {
    // Some paste the key itself, which must not show up in a message.
    if (/PRIVATE KEY|[\n\r]/.test(file)) {
      return problem(path, "holds a key; give its file's path, or the key in privateKey");
    }
    if (file === "") return problem(path, "is empty; give the path of the private key");
    if (file.startsWith("~")) {
      return problem(
        path,
        `${show(file)} starts with \`~\`, which is not expanded; give the whole path`,
      );
    }
    if (file.endsWith(".pub")) {
      return problem(path, `${show(file)} is the public key; give the file without ".pub"`);
    }
    const trouble = fileTrouble(files, file);
    return trouble === undefined ? [] : problem(path, `the private key ${show(file)} ${trouble}`);
  }, "the path of a private key");
}
