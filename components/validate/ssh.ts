import { canonicalAddress } from "./address";
import { checkGeneration } from "./generation";
import { checkHostKey } from "./hostKey";
import { checkSshHost } from "./names";
import { checkPort } from "./ports";
import { checkPrivateKey } from "./privateKey";
import { type Problem, problem, show } from "./problem";
import { type ServerEntry, serversOf } from "./servers";
import {
  type Check,
  each,
  type Fields,
  type Files,
  fieldsOf,
  isFields,
  object,
  optional,
  repeats,
  text,
  UNKNOWN,
} from "./values";
import { checkWipeData } from "./wipeData";

/** Hosts that exist already: how each of them is logged in to. */
export function checkExisting(args: Fields, files?: Files): Problem[] {
  const servers = serversOf(args, "existing").filter(({ entry }) => isFields(entry));
  return [
    ...servers.flatMap(({ path, entry }) => checkServer(fieldsOf(entry), path, files)),
    ...checkSameSshEndpoint(servers),
  ];
}

function checkServer(server: Fields, path: string, files: Files | undefined): Problem[] {
  return [
    ...checkLogin(server, path, files),
    ...each(server, path, {
      sshHost: optional(checkSshHost),
      sudoPassword: optional(checkSudoPassword(server.user)),
      generation: optional(checkGeneration),
      wipeData: optional(checkWipeData),
      bastion: optional(checkBastion(files)),
    }),
  ];
}

/** Never shown, whatever is wrong with it. */
function checkSudoPassword(user: unknown): Check {
  return text((password, path) => {
    if ((user ?? "root") === "root") {
      return problem(
        path,
        "is given for root, who needs no sudo; leave it off, or give another user",
      );
    }
    if (password === "") return problem(path, "is empty; leave it off where sudo asks for nothing");
    return /[\n\r\0]/.test(password)
      ? problem(path, "holds the end of a line; a password is one line")
      : [];
  }, "the password that sudo asks for");
}

export function checkBastion(files: Files | undefined): Check {
  return object((bastion, path) => [
    ...each(bastion, path, { host: checkSshHost }),
    ...checkLogin(bastion, path, files),
  ]);
}

function checkLogin(login: Fields, path: string, files: Files | undefined): Problem[] {
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
    return (files?.exists(file) ?? true)
      ? []
      : problem(path, `the private key ${show(file)} does not exist on this computer`);
  }, "the path of a private key");
}

/** Two servers behind one door are one server: a copied line that was not finished. */
function checkSameSshEndpoint(servers: ServerEntry[]): Problem[] {
  // Without sshHost the address is the door, and a repeated address is told already.
  const doors = endpointsOf(servers).filter(({ entry }) => fieldsOf(entry).sshHost !== undefined);
  return repeats(doors, ({ endpoint }) => endpoint).flatMap(({ item, first }) =>
    problem(
      `${item.path}.sshHost`,
      `${show(fieldsOf(item.entry).sshHost)} with its port leads to ${first.path} already`,
    ),
  );
}

/** Where SSH finds the hosts of an agent's arguments, those of machines on this computer among them: one endpoint, one host. */
export function sshEndpoints(args: Fields) {
  return endpointsOf([...serversOf(args, "nspawn"), ...serversOf(args, "existing")]);
}

function endpointsOf(servers: ServerEntry[]) {
  return servers.flatMap((server) => {
    const { address, sshHost = address, port = 22, bastion } = fieldsOf(server.entry);
    const { host, port: bastionPort = 22 } = fieldsOf(bastion);
    const found = canonicalAddress(sshHost) ?? sshHost;
    const endpoint = [found, port, bastion === UNKNOWN ? UNKNOWN : host, bastionPort];
    // Two of which something is not known yet may be as different as they like.
    return endpoint.includes(UNKNOWN) ? [] : [{ ...server, endpoint: JSON.stringify(endpoint) }];
  });
}
