// What is read off a host as evidence of a change (test/support/promise).
//
// Does not prove that a host prints it so: the tests of changes ask them.

import { describe, expect, test } from "vitest";
import { lookCommand, readEvents, readLook } from "../../../support/promise/evidence";

describe("evidence off a host", () => {
  const printed =
    "at=1764100000000001\nmachine=ab12\nNRestarts=0\nMainPID=812\nExecMainStartTimestampMonotonic=99\nnode=0f-1\nfolder=41";

  test("a look", () => {
    expect(readLook(printed)).toEqual({
      at: 1764100000000001,
      machine: "ab12",
      pid: "812",
      began: "99",
      restarts: "0",
      nodeId: "0f-1",
      dataFolder: "41",
    });
  });

  test("what is not seen is no evidence", () => {
    expect(() => readLook(printed.replace("MainPID=812\n", ""))).toThrow("no MainPID");
    expect(() => readLook(printed.replace(/^at=\d+/, "at="))).toThrow("no time");
  });

  test("the command asks for what is read", () => {
    for (const property of ["MainPID", "ExecMainStartTimestampMonotonic", "NRestarts"])
      expect(lookCommand("/var/consul")).toContain(`-p ${property}`);
  });

  test("a journal: what systemd did with the unit, what scripts said, and nothing of before", () => {
    const line = (at: number, more: object) =>
      JSON.stringify({ __REALTIME_TIMESTAMP: String(at), ...more });
    const journal = [
      line(1, { SYSLOG_IDENTIFIER: "consul-cluster", MESSAGE: "restart done" }),
      line(5, { MESSAGE_ID: "de5b426a63be47a7b6ac3eaac82e2f6f", MESSAGE: "Stopping" }),
      line(6, { MESSAGE_ID: "9d1aaa27d60140bd96365438aad20286", MESSAGE: "Stopped" }),
      line(7, { MESSAGE_ID: "39f53479d3a045ac8e11786248231fbf", MESSAGE: "Started" }),
      line(9, { SYSLOG_IDENTIFIER: "consul-cluster", MESSAGE: "restart done" }),
      "-- No more --",
    ].join("\n");
    expect(readEvents(journal, 5).map(({ at, what }) => [at, what])).toEqual([
      [5, "stopping"],
      [7, "started"],
      [9, "said"],
    ]);
  });
});
