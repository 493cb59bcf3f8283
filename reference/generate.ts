// `npm run generate`: keys that Pulumi.yaml lacks; the page and the JSON schema of the settings, from where the settings are declared; tables and
// rules of the ports, from where the component has them; licences, from package-lock.json; and the component's schema
// for other languages, as Pulumi's CLI reads it off the sources.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostComponent, schemaOf } from "../lab/languages/component";
import { Progress } from "../lab/progress/progress";
import { ensureToolchain } from "../lab/toolchain/toolchain";
import { generatedFiles } from "./files";

const root = join(__dirname, "..");

async function generate(): Promise<void> {
  for (const [file, text] of Object.entries(generatedFiles())) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  await ensureToolchain(new Progress());
  const folder = mkdtempSync(join(tmpdir(), "consul-cluster-schema-"));
  try {
    const schema = await schemaOf(folder, await hostComponent(folder));
    writeFileSync(join(root, "components/schema.json"), schema);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

generate().catch((error: Error) => {
  console.error(`components/schema.json is as it was: ${error.message}`);
  process.exitCode = 1;
});
