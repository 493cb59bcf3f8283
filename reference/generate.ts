// `npm run generate`: the page and the JSON schema of the settings, from where the settings are declared.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./files";

for (const [file, text] of Object.entries(generatedFiles())) {
  writeFileSync(join(__dirname, "..", file), text);
}
