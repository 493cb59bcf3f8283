// What Pulumi's CLI runs for programs in other languages, as `main` of package.json. A program in TypeScript imports index.ts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { provider } from "@pulumi/pulumi";
import { providerOf } from "./provider";

const schema = readFileSync(join(__dirname, "schema.json"), "utf8");
export = provider.main(providerOf(schema), process.argv.slice(2));
