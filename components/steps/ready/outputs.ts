import { linesBetweenMarks } from "../marked";

/**
 * Node ids by name, from what the ready step of servers or of clients printed. An update that was aimed past the
 * cluster's readiness (`--target`, `--exclude`) has nothing to read, and so no ids. Never throws: what is read here
 * stands in the state, and a run that could not read it could not mend it.
 */
export function nodeIds(stdout: string | undefined): Record<string, string> {
  const between = linesBetweenMarks(stdout);
  if (between === undefined) return Object.fromEntries(idsOfEarlierRelease(stdout ?? ""));
  return Object.fromEntries(
    between.flatMap((line) => {
      const [kind, name, id, ...more] = line.split(" ");
      return kind === "node" && name && id && more.length === 0 ? [[name, id]] : [];
    }),
  );
}

/** 0.1.0 printed Consul's `/v1/operator/raft/configuration` for servers, and `NAME ID` for each client. */
function idsOfEarlierRelease(text: string): [string, string][] {
  const lines = text.split("\n").map((line) => line.trim());
  const servers = raftServers(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  if (servers.length > 0) return servers;
  return lines.flatMap((line): [string, string][] => {
    const [, name, id] = /^([A-Za-z0-9-]+) (\S+)$/.exec(line) ?? [];
    return name && id ? [[name, id]] : [];
  });
}

function raftServers(json: string): [string, string][] {
  try {
    const { Servers } = JSON.parse(json) as { Servers?: { ID?: unknown; Node?: unknown }[] };
    return (Servers ?? []).map(({ ID, Node }) => [String(Node), String(ID)]);
  } catch {
    return [];
  }
}
