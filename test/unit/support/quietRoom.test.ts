// Who may be at work beside whom. Rooms of one folder stand for processes: the locks are the kernel's.
//
// Does not prove that all that keeps a computer busy asks for it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { QuietRoom } from "../../support/quiet";
import { eventually, pause } from "../../support/wait";

/** Processes that write down what they do. */
function processes() {
  const folder = mkdtempSync(join(tmpdir(), "consul-cluster-quiet-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const done: string[] = [];
  const end: Record<string, () => void> = {};
  const work = (name: string) => () => {
    done.push(name);
    return new Promise<void>((resolve) => {
      end[name] = resolve;
    });
  };
  const begun = (count: number) =>
    eventually(`${count} have begun`, 10, async () => done.length === count);
  return { begun, room: () => new QuietRoom(folder), done, end, work };
}

const shortly = () => pause(200);

test("runs of several go on at the same time", async () => {
  const { room, end, work, begun } = processes();
  const both = [room().besideOthers(work("a")), room().besideOthers(work("b"))];
  await begun(2);
  for (const leave of Object.values(end)) leave();
  await Promise.all(both);
});

test("who measures waits for them, and who comes later waits for it", async () => {
  const { room, done, end, work, begun } = processes();
  const first = room().besideOthers(work("first"));
  await begun(1);
  const measured = room().alone(work("measured"));
  await shortly();
  const later = room().besideOthers(work("later"));
  await shortly();
  expect(done).toEqual(["first"]);
  end.first?.();
  await begun(2);
  await shortly();
  expect(done).toEqual(["first", "measured"]);
  end.measured?.();
  await begun(3);
  end.later?.();
  await Promise.all([first, measured, later]);
});

test("a file that is at work goes on, also while somebody waits to be alone", async () => {
  const { room, done, end, work, begun } = processes();
  const mine = room();
  const one = mine.besideOthers(work("one"));
  await begun(1);
  const measured = room().alone(work("measured"));
  await shortly();
  const two = mine.besideOthers(work("two"));
  await begun(2);
  await expect(mine.alone(work("mine"))).rejects.toThrow("is under way");
  end.one?.();
  await shortly();
  expect(done).toEqual(["one", "two"]);
  end.two?.();
  await begun(3);
  end.measured?.();
  await Promise.all([one, two, measured]);
});

test("what is measured may run things itself; and what fails makes room", async () => {
  const { room, work, end, begun } = processes();
  const mine = room();
  const fails = mine.alone(() => mine.besideOthers(() => Promise.reject(new Error("no"))));
  await expect(fails).rejects.toThrow("no");
  const next = room().alone(work("next"));
  await begun(1);
  end.next?.();
  await next;
});
