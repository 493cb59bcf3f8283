// `npm run generate`: the page and the JSON schema of the settings, from where the settings are declared; tables and
// rules of the ports, from where the component has them; licences, from package-lock.json.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "./files";

for (const [file, text] of Object.entries(generatedFiles())) {
  const path = join(__dirname, "..", file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
