import { markdownTable } from "./markdownTable";
import type { Installed } from "./production";

const START = `# Licences

<!-- Made by \`npm run generate\` from package-lock.json. -->

Of every package that is installed with this project for production, including those of the published library; what only its
tests and its lab need is not here. A test refuses a licence that is not known to let this be used.`;

/** The page about licences: one table, by licence. */
export function licencesPage(packages: Installed[]): string {
  const licences = [...new Set(packages.map(({ license }) => license))].sort();
  const rows = licences.map((licence) => {
    const under = packages.filter(({ license }) => license === licence);
    const names = under.map(({ name, version }) => `${name} ${version}`).join(", ");
    return [licence, String(under.length), names];
  });
  return `${START}\n\n${markdownTable([["licence", "packages", "which"], ...rows])}\n`;
}
