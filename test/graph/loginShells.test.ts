// What a login shell prints on the way to a departure's script, on stdout and on stderr, is nobody's answer.
//
// Does not prove that OpenSSH keeps its own words apart: departureAccess.test.ts has it say some.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing } from "./support/clusters";
import { Computer, type Outcome } from "./support/departing";

let hosts: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
});

const departure = (host: string) => `c-${host}-departure`;

/** Who was told what, without the settings. */
const steps = ({ told }: Outcome) => told.map(({ host, script }) => `${host} ${script}`);

describe("what a host prints changes nothing", () => {
  /** Words of OpenSSH's own, in the mouth of a login shell. */
  const login = [
    "Welcome!",
    "ssh: connect to host mail port 25: Connection timed out",
    "bash: /etc/profile.d/x.sh: Permission denied",
    "Host key verification failed.",
    "==> owner <==",
  ]
    .join("\n")
    .concat("\n");

  test("of a departure: the same steps, and stdout stays empty", () => {
    const quiet = new Computer(hosts).run(departure("consul-2"), "delete");
    const loud = new Computer(hosts).withLogin(login).run(departure("consul-2"), "delete");
    expect(loud.told).toEqual(quiet.told);
    expect(loud).toMatchObject({ status: 0, left: false, stdout: "" });
  });

  test("of who has nothing of the library, and of who is another's", () => {
    const emptied = new Computer(hosts).withLogin(login).without("consul-2");
    expect(steps(emptied.run(departure("consul-2"), "delete"))).toEqual([
      "consul-1 force-remove.sh",
    ]);
    const another = { "consul-2 leave.sh": 5 };
    const outcome = new Computer(hosts)
      .withLogin(login)
      .run(departure("consul-2"), "delete", another);
    expect(outcome.status).toBe(0);
    expect(steps(outcome)).toEqual(["consul-2 leave.sh"]);
  });

  test("of a connection that ends: it was there, whatever its shell has said of others", () => {
    const answers = { "consul-2 leave.sh": "Connection to 10.0.0.12 closed by remote host." };
    const computer = new Computer(hosts).withLogin(login);
    const outcome = computer.run(departure("consul-2"), "delete", answers);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(
      "the connection ended: Connection to 10.0.0.12 closed by remote host.",
    );
    expect(steps(outcome)).toEqual(["consul-2 leave.sh"]);
  });
});
