import fc from "fast-check";
import { expect, test } from "vitest";
import { readSettings, shellWords } from "../../components/shellWords";

test("settings are read back as they were written, whatever is in them", () => {
  const key = fc.stringMatching(/^[a-zA-Z]{1,8}$/).filter((name) => name !== "__proto__");
  fc.assert(
    fc.property(fc.dictionary(key, fc.string(), { noNullPrototype: true }), (settings) => {
      const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      expect(readSettings(`sudo -n script.sh ${shellWords(words)}`)).toEqual(settings);
    }),
  );
});
