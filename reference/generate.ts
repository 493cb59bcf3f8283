// `npm run generate`: keys that Pulumi.yaml lacks; the page and the JSON schema of the settings, from where the settings are declared; tables and
// rules of the ports, from where the component has them; licences, from package-lock.json; and the component's schema
// for other languages.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles, generatedSchema } from "./files";

const root = join(__dirname, "..");

function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function generate(): Promise<void> {
  for (const [file, text] of Object.entries(generatedFiles())) write(file, text);
  for (const [file, text] of Object.entries(await generatedSchema())) write(file, text);
}

generate().catch((error: Error) => {
  console.error(`components/schema.json is as it was: ${error.message}`);
  process.exitCode = 1;
});
