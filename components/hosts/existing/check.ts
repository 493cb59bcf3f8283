import { checkGeneration } from "../../validate/generation";
import { checkSshHost } from "../../validate/names";
import { type Problem, problem, show } from "../../validate/problem";
import type { ServerEntry } from "../../validate/servers";
import {
  type Check,
  each,
  type Fields,
  type Files,
  fieldsOf,
  isFields,
  optional,
  repeats,
  text,
} from "../../validate/values";
import { checkWipeData } from "../../validate/wipeData";
import { checkBastion, checkLogin } from "../ssh/check";
import { endpointsOf } from "../ssh/endpoints";

/** Hosts that exist already: how each of them is logged in to. */
export function checkExisting(hosts: ServerEntry[], files?: Files): Problem[] {
  const servers = hosts.filter(({ entry }) => isFields(entry));
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
