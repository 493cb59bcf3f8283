import { expect } from "vitest";
import type { Recording } from "./recorder";
import { occurrences } from "./values";

/** Everywhere in the requests of a program where a text stands. */
export function places(
  cluster: Recording<unknown>,
  text: string,
): { place: string; secret: boolean }[] {
  return cluster.resources.flatMap(({ name, inputs, outputs }) =>
    [...occurrences(inputs, text, "inputs"), ...occurrences(outputs, text, "outputs")].map(
      ({ path, secret }) => ({ place: `${name} ${path}`, secret }),
    ),
  );
}

export function expectSecretIn(
  cluster: Recording<unknown>,
  text: string,
  expected: string[],
): void {
  const found = places(cluster, text);
  expect(found.filter(({ secret }) => !secret)).toEqual([]);
  expect(found.map(({ place }) => place).sort()).toEqual(expected.sort());
}
