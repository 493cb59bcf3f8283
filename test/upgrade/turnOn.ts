import { Failure } from "../../lab/system/failure";
import { type Access, ConsulApi } from "../support/consul";
import { ApiByDoors } from "../support/doors";
import { underLoad } from "../support/load";
import type { Settings } from "../support/stack";
import type { FileStack } from "./fileStack";

/** Of TLS and ACLs together, from none of them on a cluster that serves: a run each. */
const steps: Settings[] = [
  { acl: { defaultPolicy: "allow" }, tls: { mode: "offered" } },
  { acl: {}, tls: { mode: "outgoing" } },
  { acl: {}, tls: {} },
];

interface Outputs {
  servers: { address: string }[];
  managementToken?: string;
  caCertificate?: string;
}

/** Leads a cluster to TLS and ACLs while writers write through all of its servers. @throws where a write is lost, or waits for over a second. */
export async function turnOnBoth(stack: FileStack, settings: Settings): Promise<void> {
  for (const step of steps) {
    const { servers, managementToken: token, caCertificate: ca } = await stack.outputs<Outputs>();
    await stack.configure({ ...settings, ...step });
    const writers = servers.map(({ address }) => new ApiByDoors(doors(address, { token, ca })));
    const run = () => stack.run("up", "--yes", "--skip-preview");
    const { lost, longestGap, idleGap } = await underLoad(writers, run);
    if (lost.length > 0 || longestGap > 1000 + idleGap)
      throw new Failure(`${JSON.stringify(step)}: ${lost.length} lost, a gap of ${longestGap} ms`);
  }
}

/** In plain as long as it is open, and over HTTPS. */
function doors(address: string, { token, ca }: Access): ConsulApi[] {
  const plain = new ConsulApi(`${address}:80`, token || undefined);
  return ca ? [plain, new ConsulApi(`${address}:8501`, token, ca)] : [plain];
}
