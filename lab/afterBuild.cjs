// Ends `npm run build`: the scripts that run on hosts, and the vendor's key, go beside the compiled program, what an earlier state
// of the sources left there goes away, and a stamp tells lab/run.sh that all of it is whole.
const { cpSync, existsSync, readdirSync, rmSync, writeFileSync } = require("node:fs");
const { basename, join } = require("node:path");

/** They are about the sources: what is compiled has another `main`. */
const OF_SOURCES = ["package.json", "tsconfig.json", "PulumiPlugin.yaml"];

const isScript = (path) => !path.endsWith(".ts") && !OF_SOURCES.includes(basename(path));
cpSync("components", "dist/components", { recursive: true, filter: isScript });

// A module that is a folder by now would still be found as the file that it was.
const sourcesOf = (file) => [file, file.replace(/(\.d\.ts|\.js)$/, ".ts")];
for (const folder of ["components", "stack", "policy"]) {
  for (const entry of readdirSync(join("dist", folder), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const isLeft =
      OF_SOURCES.includes(entry.name) ||
      !sourcesOf(file.slice("dist/".length)).some((source) => existsSync(source));
    if (entry.isFile() && isLeft) rmSync(file);
  }
}
writeFileSync("dist/.compiled", "");
