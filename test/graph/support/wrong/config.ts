import { servers } from "../clusters";

/** One thing that is wrong in a stack file that is right but for it. */
export interface Row {
  /** Where: `nspawn.machines[1].name`. */
  at: string;
  /** What stands there; left out where something is missing. */
  is?: unknown;
  /** Every line of the answer. */
  says: string[];
}

type Settings = Record<string, unknown>;

const numbers = [1, 2, 3];
const hostKey = servers()[0]?.hostKey;
const login = { user: "admin", hostKey, privateKeyFile: "FILES/id_ed25519" };

/** `FILES` stands for a folder with the files that are named. */
const RIGHT: Record<"nspawn" | "existing" | "aws", Settings> = {
  nspawn: {
    image: "FILES/image.tar",
    directory: "FILES/machines",
    machines: numbers.map((i) => ({ name: `consul-${i}`, address: `198.18.77.1${i}` })),
  },
  existing: {
    servers: numbers.map((i) => ({
      name: `consul-${i}`,
      address: `10.0.0.1${i}`,
      ...login,
      bastion: { host: "bastion.example", ...login },
    })),
  },
  aws: {
    servers: numbers.map((i) => ({ name: `consul-${i}` })),
    sshCidrs: ["10.8.0.0/24"],
    bastion: { host: "bastion.example", ...login },
  },
};

export function rightConfig(source: keyof typeof RIGHT): Settings {
  return { [source]: structuredClone(RIGHT[source]) };
}

/** The settings with what is wrong in this row. */
export function wrong({ at, is }: Row, settings?: Settings): Settings {
  const steps = at.split(/[.[\]]+/).filter((step) => step !== "");
  const [source] = steps;
  const right =
    settings ?? rightConfig(source === "existing" || source === "aws" ? source : "nspawn");
  const last = steps.pop() as string;
  let place = right as Settings;
  for (const step of steps) {
    place[step] ??= {};
    place = place[step] as Settings;
  }
  if (is !== undefined) place[last] = is;
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else delete place[last];
  return right;
}
